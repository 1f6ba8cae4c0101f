// Waits until fonts and pictures are there and what moves has come to rest, or for so many milliseconds; and for a frame, if asked.
(async ({ milliseconds, frame }) => {
  const late = new Promise((resolve) => setTimeout(resolve, milliseconds));
  const pictures = [...document.images].map((image) => image.decode().catch(() => undefined));
  await Promise.race([Promise.all([document.fonts.ready, ...pictures]), late]);
  for (const animation of document.getAnimations()) {
    try {
      if (Number.isFinite(animation.effect?.getComputedTiming().endTime)) animation.finish();
      else animation.cancel();
    } catch {
      animation.cancel();
    }
  }
  if (frame) await Promise.race([new Promise((resolve) => requestAnimationFrame(() => resolve())), late]);
})
