// Which selectors find something on the page.
(({ selectors }) =>
  selectors.map((selector) => {
    const plain = selector.replace(/::?(before|after|first-letter|first-line|placeholder|selection)\b/gi, "");
    if (/:(hover|focus|active|visited|target|focus-within|focus-visible)\b/i.test(plain)) {
      return plain.split(",").some((part) => !/:(hover|focus|active|visited|target)/i.test(part) && found(part));
    }
    return found(plain);
    function found(text) {
      try {
        return document.querySelector(text.trim() || "*") !== null;
      } catch {
        return false;
      }
    }
  }))
