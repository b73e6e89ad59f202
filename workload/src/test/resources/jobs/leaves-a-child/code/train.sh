(sleep 300 >/dev/null 2>&1 & echo $! >child)
echo started
