# SPDX-License-Identifier: GPL-2.0-or-later
# A tool that is stopped ends by the signal and leaves nothing behind.
core 40 core
mkfifo source
for signal in INT TERM HUP; do
	# A shell starts what runs behind it with SIGINT ignored.
	exec 3<>source
	env --default-signal "$IMGMAKE" -o image source 2>err &
	pid=$!
	head -c 300000 core >&3
	sleep 0.2
	kill -"$signal" "$pid"
	status=0
	{ wait "$pid"; } 2>shell || status=$?	# bash tells of it
	exec 3>&-
	case $signal in HUP) n=1 ;; INT) n=2 ;; TERM) n=15 ;; esac
	[ "$status" -eq $((128 + n)) ] || fail "$signal: status $status"
	[ ! -s err ] || fail "$signal: $(cat err)"
	rm err shell
	[ "$(ls -A)" = $'core\nsource' ] || fail "$signal leaves $(ls -A)"
done

{
	exec 3<>source
	"$IMGMAKE" -o image source &
	pid=$!
	head -c 300000 core >&3
	sleep 0.2
	kill -KILL "$pid"
	wait "$pid" || :
} 2>/dev/null
[ ! -e image ] || fail "KILL leaves an image"
