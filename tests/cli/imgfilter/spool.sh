# SPDX-License-Identifier: GPL-2.0-or-later
# A pipe that has to be read at any place is spooled, within a limit, and
# nothing of that stays.
saved_core core classes no-note
mkdir spool
export TMPDIR=$PWD/spool
nothing_left()
{
	[ -z "$(ls -A spool)" ] || fail "$(ls spool) is left"
	[ ! -e image ] || fail "there is an image"
}
"$IMGFILTER" -q --vmcoreinfo=text -d 31 -o wanted core
for tool in "$IMGFILTER" "$IMGCONV" "$IMGMAKE"; do
	words=zero,free,unaccepted,offline,hwpoison,cache,cache-private,user,hugetlb
	"$tool" -q --vmcoreinfo=text --exclude=$words -o image - < <(cat core)
	cmp image wanted
	rm image
	expect 2 "$tool" --vmcoreinfo=text --exclude=free --spool=100K -o image - < <(cat core)
	cat err
	nothing_left
	expect 2 "$tool" --vmcoreinfo=text --exclude=free --spool=0 -o image - < <(cat core)
	cat err
	nothing_left
done
mkfifo pipe
cat core >pipe &
"$IMGFILTER" -q --vmcoreinfo=text -d 31 -o image pipe
wait
cmp image wanted
rm image
size=$(stat -c %s core)
expect 0 "$IMGFILTER" -q --vmcoreinfo=text -d 31 --spool="$size" --dry-run - < <(cat core)
expect 2 "$IMGFILTER" -q --vmcoreinfo=text -d 31 --spool=$((size - 1)) --dry-run - < <(cat core)
expect 1 "$IMGFILTER" --vmcoreinfo=text -d 31 -o image - < <(head -c 300K core)
nothing_left

# Zero pages take no more than a pipe, and of a wrong place it says which.
TMPDIR=/nonexistent expect 0 "$IMGFILTER" -q --exclude=zero -o image - < <(cat core)
rm image
TMPDIR=/nonexistent expect 2 "$IMGFILTER" -d 16 -o image - < <(cat core)
cat err

# A signal leaves nothing either.
"$IMGFILTER" -q -d 16 -o image pipe 2>err &
exec 3>pipe
head -c 300K core >&3
kill -TERM $!
status=0
wait $! || status=$?
[ "$status" -eq 143 ] || fail "status $status"
exec 3>&-
nothing_left
