#!/bin/sh
# Unpacks Blender 4.3 as Debian 13 has it, with every library it needs and a glibc of its own, into a cache folder, and prints
# the path for VIGA_BLENDER. Nothing is installed: it needs apt of a Debian or Ubuntu, the network, and 1.3 GB.
#   VIGA_BLENDER=$(DEBIAN_MIRROR=... sh test/blenders/debian-13.sh) npx vitest run test/skills/blender/lint.test.ts
set -eu
cache=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/viga/blenders/debian-13}
mirror=${DEBIAN_MIRROR:?set it to the address of a Debian mirror, as it stands in a sources.list}
program=$cache/blender
if [ -x "$program" ]; then
  echo "$program"
  exit
fi
work=$cache.unpacking
rm -rf "$work"
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root"
: > "$work/status"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $mirror trixie main" > "$work/sources.list"

# apt with lists, cache and state of its own: as far as it knows, nothing is installed.
own() {
  apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/lists" \
    -o Dir::State::status="$work/status" -o Dir::Cache::archives="$work/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o APT::Architecture=amd64 -o APT::Sandbox::User=root "$@" >&2
}
own update
own -y --download-only --no-install-recommends install blender python3-numpy patchelf
for package in "$work"/archives/*.deb; do
  dpkg-deb --extract "$package" "$work/root"
done
rm -rf "$cache"
mkdir -p "$(dirname "$cache")"
mv "$work/root" "$cache"
rm -rf "$work"

libraries=$cache/usr/lib/x86_64-linux-gnu
loader=$libraries/ld-linux-x86-64.so.2
# What only other libraries ask for, from folders that they name by Debian's paths, is asked for by the program itself.
"$loader" --library-path "$libraries" "$cache/usr/bin/patchelf" --set-interpreter "$loader" --force-rpath \
  --set-rpath "$libraries:$cache/usr/lib:$libraries/blas:$libraries/lapack:$libraries/pulseaudio" \
  --add-needed "$(basename "$libraries"/pulseaudio/libpulsecommon-*.so)" "$cache/usr/bin/blender"
cat > "$program" <<END
#!/bin/sh
export BLENDER_SYSTEM_RESOURCES='$cache/usr/share/blender' BLENDER_SYSTEM_PYTHON='$cache/usr'
exec '$cache/usr/bin/blender' "\$@"
END
chmod +x "$program"
echo "$program"
