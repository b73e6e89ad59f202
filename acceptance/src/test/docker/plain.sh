#!/bin/sh
# Makes an image of busybox and two shell scripts: train leaves a file, serve answers with it. What an image must have to
# be trained and deployed, and nothing more.
# Usage: plain.sh name:tag [program...]   (which programs it gets; default both: train serve)
set -eu

name=$1
shift
image=$(mktemp -d)
trap 'rm -rf "$image"' EXIT
mkdir -p "$image/bin" "$image/etc" "$image/tmp"
chmod 1777 "$image/tmp"
cp "$(command -v busybox)" "$image/bin/busybox"
for tool in $(busybox --list); do
    [ "$tool" = busybox ] || ln -s busybox "$image/bin/$tool"
done
printf 'root:x:0:0:root:/:/bin/sh\n' >"$image/etc/passwd"

for program in ${*:-train serve}; do
    case $program in
    train)
        cat >"$image/bin/train" <<'END'
#!/bin/sh
echo "routes: $(ip route | wc -l), interfaces: $(ls /sys/class/net | tr '\n' ' ')"
sed -n 's/.*"answer" *: *"\([^"]*\)".*/\1/p' /opt/ml/input/config/hyperparameters.json >/opt/ml/model/answer
END
        ;;
    serve)
        # one request a connection; busybox's httpd has no /invocations
        cat >"$image/bin/serve" <<'END'
#!/bin/sh
exec nc -ll -p "${SAGEMAKER_BIND_TO_PORT:-8080}" -e /bin/answer
END
        cat >"$image/bin/answer" <<'END'
#!/bin/sh
length=0
read -r verb path version
while read -r header value && [ "$header" != "$(printf '\r')" ]; do
    case $header in [Cc]ontent-[Ll]ength:) length=$(echo "$value" | tr -d '\r') ;; esac
done
asked=$(head -c "$length")
answer="$(cat /opt/ml/model/answer) to $asked"
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "${#answer}" "$answer"
END
        ;;
    *)
        echo "plain.sh: $program (expected: train or serve)" >&2
        exit 1
        ;;
    esac
done
chmod 755 "$image"/bin/train "$image"/bin/serve "$image"/bin/answer 2>/dev/null || true
tar -C "$image" --numeric-owner --owner=0 --group=0 -c . | docker import - "$name" >/dev/null
