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

# What only asks or comes back does not end a wait, and no page is lost.
for flags in blocking non-blocking; do
	cat >run.py <<-'EOF'
		import fcntl, os, sys
		fd = os.open("source", os.O_RDONLY)
		if sys.argv[1] == "non-blocking":
		    fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)
		os.dup2(fd, 0)
		os.execvp(sys.argv[2], sys.argv[2:])
	EOF
	/usr/bin/python3 run.py $flags "$IMGMAKE" -q -f -o image - 2>err &
	pid=$!
	exec 3>source
	head -c 300000 core >&3
	for signal in USR1 CONT STOP CONT USR1; do
		sleep 0.1
		kill -"$signal" "$pid"
	done
	tail -c +300001 core >&3
	exec 3>&-
	wait "$pid" || fail "$flags: status $?"
	grep -v 'imgmake: ' err && fail "$flags: $(cat err)"
	"$IMGCONV" -q -f --to=elf -o back image
	same_pages core back
done

rm -f image
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
