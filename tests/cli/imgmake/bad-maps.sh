# SPDX-License-Identifier: GPL-2.0-or-later
# Maps that break a rule are refused by it, before anything is written.
core 4 core
bad()
{
	printf "$1" >map
	status=0
	"$IMGMAKE" --backup-map=map -o image core 2>err || status=$?
	[ ! -e image ] || fail "an image"
	echo "$status: $(head -n 1 err)"
}
bad '10 20\n20 30\n'		# a chain
bad '10 20\n20 10\n'		# a swap
bad '10 20\n11 20\n'		# two destinations, one backup frame
bad '10 20\n10 30\n'		# a destination twice
bad '10 20\n10 20\n'		# a line twice
bad '10 10\n11 10\n'		# an in-place page as a backup frame
bad '10 10000000000\n'		# out of range
bad 'ffffffffffffffff 10\n'
bad '10\n'
bad '10 20 30\n'
bad 'destination backup\n'
bad '10 -20\n'
bad '\n# nothing\n'
bad ''
rm map
mkdir map
expect 2 "$IMGMAKE" --backup-map=map -o image core
says err 'map: '
expect 2 "$IMGMAKE" --backup-map=missing -o image core
says err 'missing: '

# Its size is bounded, whatever the file is.
cat >bounded.py <<'EOF'
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
sys.exit(status if kilobytes < 200000 else f"{kilobytes} KiB")
EOF
expect 2 /usr/bin/python3 bounded.py "$IMGMAKE" --backup-map=/dev/zero -o image core
says err '/dev/zero: line 1: longer than 4096 bytes'
seq 2 2 2000 | sed 's/.*/& 1000&/' >long
expect 2 "$IMGMAKE" --memlimit=32K --backup-map=long -o image core
says err 'long: backup map needs more than the memory limit of 32768 bytes'
"$IMGMAKE" -q --memlimit=64K --backup-map=long -o image core
