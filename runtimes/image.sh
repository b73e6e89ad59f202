#!/bin/sh
# Makes the Docker image of a runtime, without any registry: image.sh rein-toolkit [name:tag]
#
# rein-toolkit holds a Java runtime linked from this machine's JDK 25, the workload, busybox for a shell, and the few C
# libraries they need; nothing is downloaded. Every other runtime, a folder beside this script, is put on a Debian made by
# debootstrap (as root, from DEBIAN_MIRROR), by the same recipe that makes it on a machine. The image's name is looked up
# in images.txt for the variables that go with it: "image.sh coach rein-coach:mxnet" is Coach with MXNet.
#
# Needed: docker, a JDK 25, busybox (Debian: busybox-static), a built Rein (./rein, or mvn package).
set -eu

runtimes=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$runtimes")
BASE=rein-debian:bookworm
runtime=${1:?"usage: image.sh rein-toolkit|<runtime> [name:tag]"}
MODULES=java.se,jdk.compiler,jdk.crypto.ec,jdk.httpserver,jdk.incubator.vector,jdk.jartool,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs
FLAGS="-XX:+UseSerialGC -XX:MaxRAMPercentage=60 --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED"

fail() { printf 'image.sh: %s\n' "$*" >&2; exit 1; }
say() { printf 'image.sh: %s\n' "$*" >&2; }

command -v docker >/dev/null || fail "no docker here (Debian: apt-get install docker.io)"
docker info >/dev/null 2>&1 || fail "no Docker daemon answers (expected: dockerd running, and DOCKER_HOST right)"
jdk=$("$root/rein" jdk) || exit 1
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

# A Debian with Python. The first one made is kept as an image of its own, and the next ones begin with it.
base() {
    if docker image inspect "$BASE" >/dev/null 2>&1; then
        container=$(docker create "$BASE" true)
        docker export "$container" | tar -C "$image" --numeric-owner -x
        docker rm "$container" >/dev/null
        return
    fi
    command -v debootstrap >/dev/null || fail "no debootstrap here (Debian: apt-get install debootstrap)"
    say "making a Debian with Python 3.11"
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,libgl1,libglib2.0-0 \
        bookworm "$image" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >&2
    rm -rf "$image/var/cache/apt" "$image/var/lib/apt/lists" "$image/usr/share/doc" "$image/usr/share/man" \
        "$image/usr/share/locale" "$image/var/log"/*
    import - "$BASE"
}

# The environment of the runtime, in a Debian.
debian() {
    [ "$(id -u)" = 0 ] || fail "only root can make a Debian for an image"
    base
    mkdir -p "$image/opt/rein/runtimes" "$image/opt/ml"
    for part in recipe.py hollow.py helpers serving "$runtime"; do
        cp -r "$runtimes/$part" "$image/opt/rein/runtimes/"
    done
    cp /etc/resolv.conf "$image/etc/resolv.conf"
    [ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$image/etc/pip.conf"
    tools=$(fact builds_with)
    programs=$(fact programs)
    if [ -n "$tools$programs" ]; then
        say "installing $programs $tools"
        printf '#!/bin/sh\nexit 101\n' >"$image/usr/sbin/policy-rc.d" # no package starts a service here
        chmod 755 "$image/usr/sbin/policy-rc.d"
        apt update
        # shellcheck disable=SC2086 # the packages are words
        apt install $tools $programs
        rm "$image/usr/sbin/policy-rc.d"
    fi
    say "making the environment of $runtime"
    # the machine's own certificates for the time being: a mirror of packages may be known to this machine only
    trap 'umount "$image/proc" "$image/etc/ssl/certs"; rm -rf "$image"' EXIT
    mount -t proc proc "$image/proc"
    mount --bind /etc/ssl/certs "$image/etc/ssl/certs"
    environment=$(chroot "$image" python3 /opt/rein/runtimes/recipe.py "/opt/rein/runtimes/$runtime" /opt/rein/environments |
        tee -a /dev/stderr | sed -n 's/^environment=//p')
    umount "$image/proc" "$image/etc/ssl/certs"
    trap 'rm -rf "$image"' EXIT
    [ -n "$environment" ] || fail "the environment of $runtime could not be made"
    # shellcheck disable=SC2086
    [ -z "$tools" ] || apt purge --auto-remove $tools
    rm -rf "$image/var/cache/apt" "$image/var/lib/apt/lists" "$image/etc/pip.conf" "$image/root/.cache"
    slim "$image$environment"
}

apt() {
    DEBIAN_FRONTEND=noninteractive chroot "$image" apt-get -qq -y --no-install-recommends "$@" >&2
}

# What runtime.json says of the runtime in one line.
fact() { sed -n "s/^  \"$1\": *\"\(.*\)\",*\$/\1/p" "$runtimes/$runtime/runtime.json"; }

# Without what no job reads: tests of packages, and what is there to compile against them, which takes a compiler.
slim() {
    for package in "$1"/lib/python*/site-packages/*; do
        case ${package##*/} in
        numpy | scipy | pandas | sympy | networkx | skimage | matplotlib | mpl_toolkits)
            find "$package" -depth -type d -name tests -exec rm -rf {} + ;;
        onnx) rm -rf "$package/backend/test/data" ;;
        tensorflow | torch) rm -rf "$package/include" "$package/xla_aot_runtime_src" ;;
        esac
    done
}

# What a server sets for the hosts of a runtime, as lines NAME=value.
variables() {
    chroot "$image" python3 - "/opt/rein/runtimes/$runtime/runtime.json" <<'END'
import json, sys
runtime = json.load(open(sys.argv[1]))
print("REIN_RUNTIME={name} {version} ({holds})".format(**runtime))
for name, value in runtime.get("environment", {}).items():
    print(f"{name}={value}")
END
}

# And for an image of this name: those of the first row that matches.
row() {
    sed 's/#.*//' "$runtimes/images.txt" | while read -r pattern answers settings; do
        # shellcheck disable=SC2254 # the pattern is one
        case $name in $pattern)
            [ "$answers" = "$runtime" ] || fail "$name is $answers by images.txt (expected: a name for $runtime)"
            # shellcheck disable=SC2086 # the settings are words
            printf '%s\n' $settings
            break
        esac
    done
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

# The model server of the Python frameworks, in the place of Rein's own.
python_server() {
    printf '#!/bin/sh\nexec python3 -u /opt/rein/runtimes/serving/serve.py\n' >"$image/usr/local/bin/serve"
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
    [ -f "$runtimes/$runtime/runtime.json" ] ||
        fail "\"$runtime\" (expected: rein-toolkit, or one of: $(cd "$runtimes" && echo */runtime.json | sed 's:/runtime.json::g'))"
    name=${2:-rein-$(fact name):$(fact version)}
    row=$(row)
    debian
    workload
    python_server
    settings=$(variables)
    # train and serve are ours, whatever a package brings: Ray Serve has a command "serve".
    set -- --change "ENV PATH=/usr/local/bin:$environment/bin:/opt/java/bin:$path" --change "ENV JAVA_HOME=/opt/java" \
        --change "ENV HOME=/root" --change "ENV LANG=C.UTF-8" --change "ENV PYTHONUNBUFFERED=1" \
        --change "ENV REIN_IMAGE=$name" --change "WORKDIR /opt/ml"
    while IFS= read -r setting; do
        [ -z "$setting" ] || set -- "$@" --change "ENV ${setting%%=*}=\"${setting#*=}\""
    done <<END
$settings
$row
END
    import "$@" - "$name"
fi
say "made $name, $(docker image inspect --format '{{.Size}}' "$name" | awk '{printf "%.0f MB", $1 / 1e6}')"
