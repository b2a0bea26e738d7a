# SPDX-License-Identifier: GPL-2.0-or-later
# A table without rows is no failure; bytes that are not there are one.
mkfifo pipe
recipe core <<END
level foreign
END
"$IMGDUMP" core
for what in segments notes backup-map memory-map mappings vmcoreinfo \
	manifest pages; do
	echo "--$what"
	expect 0 "$IMGDUMP" --$what core
	cat out err
	expect 0 "$IMGDUMP" -q --$what core
	[ ! -s err ] || fail "--$what: -q is not quiet"
done
echo titled
"$IMGDUMP" --backup-map --manifest core
expect 1 "$IMGDUMP" --raw --vmcoreinfo core
[ ! -s out ] || fail "--vmcoreinfo: bytes from nowhere"
cat err
# The manifest of such a core is made of all of it, which a pipe has gone by.
cat core >pipe &
expect 1 "$IMGDUMP" --raw --manifest pipe
[ ! -s out ] || fail "--manifest: bytes from nowhere"
cat err
"$IMGDUMP" --json --backup-map --vmcoreinfo --manifest core >document
valid_json imgdump-1 document
jq -c '[.backup_map, .vmcoreinfo, .manifest]' document
