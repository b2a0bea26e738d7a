# SPDX-License-Identifier: GPL-2.0-or-later
# A tool that is stopped ends by the signal and leaves nothing behind.
core 40 core
mkfifo source
ulimit -c 0
for signal in INT TERM HUP QUIT XCPU; do
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
	case $signal in HUP) n=1 ;; INT) n=2 ;; TERM) n=15 ;;
	QUIT) n=3 ;; XCPU) n=24 ;; esac
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

# A limit of the size of files is an error as any other.
for threads in 1 2; do
	(ulimit -f 100 && expect 2 "$IMGMAKE" -T "$threads" -o image core)
	says err 'image: cannot write: File too large'
	[ ! -e image ]
done
status=0
(ulimit -f 100 && exec "$IMGMAKE" core >image 2>err) || status=$?
[ "$status" -eq 2 ] || fail "a limit of the size: status $status"
says err 'standard output: cannot write: File too large'
