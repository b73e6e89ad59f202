#!/bin/sh
# Makes the Docker image of a runtime, without any registry: image.sh rein-toolkit [name:tag]
#
# rein-toolkit holds a Java runtime linked from this machine's JDK 25, the workload, busybox for a shell, and the few C
# libraries they need; nothing is downloaded. Every other runtime, a folder beside this script, is put on a Debian made by
# debootstrap (as root, from DEBIAN_MIRROR) by the same recipe that makes it on a machine.
#
# Needed: docker, a JDK 25 (JAVA_HOME), busybox (Debian: busybox-static), a built Rein (./rein, or mvn package).
set -eu

runtimes=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$runtimes")
runtime=${1:?"usage: image.sh rein-toolkit|<runtime> [name:tag]"}
MODULES=java.se,jdk.compiler,jdk.crypto.ec,jdk.httpserver,jdk.incubator.vector,jdk.jartool,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs
FLAGS="-XX:+UseSerialGC -XX:MaxRAMPercentage=60 --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED"

fail() { printf 'image.sh: %s\n' "$*" >&2; exit 1; }
say() { printf 'image.sh: %s\n' "$*" >&2; }

command -v docker >/dev/null || fail "no docker here (Debian: apt-get install docker.io)"
docker info >/dev/null 2>&1 || fail "no Docker daemon answers (expected: dockerd running, and DOCKER_HOST right)"
jdk=${JAVA_HOME:?"JAVA_HOME: not set (expected: a JDK 25)"}
"$jdk/bin/jlink" --version 2>/dev/null | grep -q '^25' || fail "JAVA_HOME: $jdk (expected: a JDK 25)"
[ -d "$root/workload/target/lib" ] || fail "Rein is not built (expected: ./rein --version, or mvn package, once)"

image=$(mktemp -d)
trap 'rm -rf "$image"' EXIT

# The C libraries of some programs, where their loader looks for them.
libraries() {
    find "$@" -type f \( -perm -u+x -o -name '*.so*' \) -exec ldd {} + 2>/dev/null |
        sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*ld-linux[^ ]*\) .*/\1/p' | grep -v "^$image" | sort -u |
        while read -r library; do
            mkdir -p "$image$(dirname "$library")"
            cp -L "$library" "$image$library"
        done
}

minimal() {
    busybox=$(command -v busybox) || fail "no busybox here (Debian: apt-get install busybox-static)"
    ldd "$busybox" >/dev/null 2>&1 && fail "$busybox needs libraries (Debian: apt-get install busybox-static)"
    mkdir -p "$image/bin" "$image/usr/bin" "$image/etc" "$image/root" "$image/tmp" "$image/opt/ml"
    chmod 1777 "$image/tmp"
    cp "$busybox" "$image/bin/busybox"
    for tool in $("$busybox" --list); do
        [ "$tool" = busybox ] || ln -s busybox "$image/bin/$tool"
    done
    ln -s ../../bin/env "$image/usr/bin/env"
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$image/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\n' >"$image/etc/group"
    printf 'hosts: files dns\n' >"$image/etc/nsswitch.conf"
    # the native part of ONNX Runtime, unpacked at run time, is C++
    for name in libstdc++.so.6 libgcc_s.so.1; do
        found=$(ldconfig -p | sed -n "s/.*$name .*x86-64.*=> //p; s/.*$name .*AArch64.*=> //p" | head -n 1)
        [ -z "$found" ] || { mkdir -p "$image$(dirname "$found")"; cp -L "$found" "$image$found"; }
    done
}

# A Debian with Python, and the runtime's environment in it.
debian() {
    [ "$(id -u)" = 0 ] || fail "only root can make a Debian for an image"
    command -v debootstrap >/dev/null || fail "no debootstrap here (Debian: apt-get install debootstrap)"
    [ -f "$runtimes/$runtime/runtime.json" ] || fail "\"$runtime\" (expected: rein-toolkit, or $(cd "$runtimes" && echo */ | tr -d /))"
    say "making a Debian with Python 3.11"
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,libgl1,libglib2.0-0 \
        bookworm "$image" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >&2
    mkdir -p "$image/opt/rein/runtimes" "$image/opt/ml"
    cp -r "$runtimes/recipe.py" "$runtimes/$runtime" "$image/opt/rein/runtimes/"
    cp /etc/resolv.conf "$image/etc/resolv.conf"
    [ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$image/etc/pip.conf"
    say "making the environment of $runtime"
    mount -t proc proc "$image/proc"
    trap 'umount "$image/proc"; rm -rf "$image"' EXIT
    environment=$(chroot "$image" python3 /opt/rein/runtimes/recipe.py "/opt/rein/runtimes/$runtime" /opt/rein/environments |
        tee /dev/stderr | sed -n 's/^environment=//p')
    umount "$image/proc"
    trap 'rm -rf "$image"' EXIT
    [ -n "$environment" ] || fail "the environment of $runtime could not be made"
    rm -rf "$image/var/cache/apt" "$image/var/lib/apt/lists" "$image/etc/pip.conf" "$image/root/.cache"
}

# Java and the workload: the programs train and serve.
workload() {
    say "linking a Java runtime"
    mkdir -p "$image/opt/rein" "$image/usr/local/bin"
    "$jdk/bin/jlink" --add-modules "$MODULES" --strip-debug --no-man-pages --no-header-files --output "$image/opt/java"
    cp -r "$root/workload/target/lib" "$image/opt/rein/lib"
    for verb in train serve; do
        printf '#!/bin/sh\nexec /opt/java/bin/java %s -cp "/opt/rein/lib/*" dev.rein.workload.Main %s\n' "$FLAGS" "$verb" \
            >"$image/usr/local/bin/$verb"
        chmod 755 "$image/usr/local/bin/$verb"
    done
}

# The image's own settings, one --change each.
import() {
    tar -C "$image" --numeric-owner --owner=0 --group=0 -c . | docker import "$@" >/dev/null
}

path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
if [ "$runtime" = rein-toolkit ]; then
    minimal
    workload
    libraries "$image/opt/java"
    name=${2:-rein-toolkit:latest}
    import --change "ENV PATH=/opt/java/bin:$path" --change "ENV JAVA_HOME=/opt/java" --change "ENV HOME=/root" \
        --change "ENV LANG=C.UTF-8" --change "WORKDIR /opt/ml" - "$name"
else
    debian
    workload
    name=${2:-rein-$runtime:latest}
    title=$(sed -n 's/.*"holds": *"\(.*\)",*$/\1/p' "$runtimes/$runtime/runtime.json")
    import --change "ENV PATH=$environment/bin:/opt/java/bin:$path" --change "ENV JAVA_HOME=/opt/java" --change "ENV HOME=/root" \
        --change "ENV LANG=C.UTF-8" --change "ENV PYTHONUNBUFFERED=1" --change "ENV REIN_RUNTIME=\"$runtime ($title)\"" \
        --change "WORKDIR /opt/ml" - "$name"
fi
say "made $name, $(docker image inspect --format '{{.Size}}' "$name" | awk '{printf "%.0f MB", $1 / 1e6}')"
