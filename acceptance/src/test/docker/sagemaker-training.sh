#!/bin/sh
# Makes an image as other people make theirs: Python, and Amazon's own training toolkit from PyPI, whose program train
# it runs; nothing of Rein is in it. From this machine's Python 3 and busybox, for want of a registry.
# Usage: sagemaker-training.sh name:tag   (PYTHON: which Python, default python3)
set -eu

name=$1
python=${PYTHON:-python3}
image=$(mktemp -d)
trap 'rm -rf "$image"' EXIT

base=$("$python" -c 'import sys; print(sys.base_prefix)')
real=$("$python" -c 'import os, sys; print(os.path.realpath(sys.executable))')
version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
mkdir -p "$image/bin" "$image/etc" "$image/root" "$image/tmp" "$image$base/bin" "$image$base/lib" "$image/opt/ml/code"
chmod 1777 "$image/tmp"
cp "$(command -v busybox)" "$image/bin/busybox"
for tool in $(busybox --list); do
    [ "$tool" = busybox ] || ln -s busybox "$image/bin/$tool"
done
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$image/etc/passwd"

cp "$real" "$image$base/bin/$version"
ln -s "$version" "$image$base/bin/python3"
ln -s "$version" "$image$base/bin/python"
tar -C "$base/lib" --exclude=site-packages --exclude=dist-packages --exclude=test --exclude=__pycache__ --exclude='*.a' \
    --exclude='config-*' -c "$version" | tar -C "$image$base/lib" -x
[ ! -e "$base/lib/lib$version.so.1.0" ] || cp -L "$base/lib/lib$version.so.1.0" "$image$base/lib/"
"$python" -m venv "$image/opt/venv"
"$image/opt/venv/bin/pip" install -q --disable-pip-version-check sagemaker-training==5.1.4
ln -sfn "$base/bin/$version" "$image/opt/venv/bin/$version"
ln -sfn "$version" "$image/opt/venv/bin/python3"
ln -sfn "$version" "$image/opt/venv/bin/python"
sed -i '1s|.*|#!/opt/venv/bin/python3|' "$image/opt/venv/bin/train" "$image/opt/venv/bin/pip"

# What all of it is linked to.
find "$image" -type f \( -perm -u+x -o -name '*.so*' \) -exec ldd {} + 2>/dev/null |
    sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*ld-linux[^ ]*\) .*/\1/p' | grep -v "^$image" | sort -u |
    while read -r library; do
        mkdir -p "$image$(dirname "$library")"
        cp -L "$library" "$image$library"
    done

tar -C "$image" --numeric-owner --owner=0 --group=0 -c . |
    docker import --change "ENV PATH=/opt/venv/bin:/usr/bin:/bin" --change "ENV PYTHONUNBUFFERED=1" - "$name" >/dev/null
docker image inspect --format '{{.Size}}' "$name"
