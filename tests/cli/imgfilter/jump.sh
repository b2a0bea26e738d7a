# SPDX-License-Identifier: GPL-2.0-or-later
# A system that waits in a kexec jump: the map is found, what the jump takes is
# never left out, and pages take their classes along from view to view.
pages()
{
	"$IMGDUMP" --json --pages "$1" |
		jq -r '.pages.runs[] | select(.state == "excluded") | "\(.pfn) \(.pages) \(.class)"'
}

saved_jump core classes
"$IMGMAKE" -q --backup-map=auto -o auto core
"$IMGMAKE" -q --backup-map=core.map -o given core
cmp auto given
"$IMGMAKE" -q --backup-map=auto --from-view=original -o other core.original
cmp <("$IMGDUMP" --backup-map auto) <("$IMGDUMP" --backup-map other)
"$IMGCHECK" -q --resumable other
"$IMGCONV" -q --backup-map=auto -f -o other core
cmp auto other
"$IMGCHECK" --resumable auto

# All of it lies in frames that are free or cache by their struct pages.
for view in original jump; do
	echo "== $view"
	"$IMGFILTER" -q -f --backup-map=auto --view=$view --exclude=resumable \
		-o small core
	pages small
	"$IMGCHECK" --resumable small
	"$IMGFILTER" -q -f --view=$view --exclude=resumable -o again auto
	"$IMGCHECK" --resumable again
	"$IMGFILTER" -q -f --backup-map=auto --view=$view -d 31 -o least core
	pages least
	expect 1 "$IMGCHECK" --resumable least
	cat err out
done

# Pages of the same classes are left out whichever way an image goes.
"$IMGFILTER" -q -f --backup-map=auto --exclude=resumable -o small core
"$IMGCONV" -q -f --view=original -o back again
pages small | grep -v kexec >wanted
pages back | grep -v kexec | cmp wanted -

# For a loader that knows nothing but segments.
"$IMGFILTER" -q --backup-map=auto --view=jump --exclude=resumable --to=elf \
	-o loadable core
readelf -lW loadable | awk '$1 == "LOAD" { print $3, $4, $5, $6 }'
elf_pages loadable >got
elf_pages core >all
[ "$(comm -13 <(sort all) <(sort got) | wc -l)" -eq 0 ] || fail "other pages"
"$IMGFILTER" -q --backup-map=auto --view=jump --exclude=resumable --to=plain \
	-o plain core
readelf -lW plain | awk '$1 == "LOAD" { print $3, $4 }'

# Where nothing is to be found.
no()
{
	local status=$1

	shift
	expect "$status" "$IMGMAKE" --backup-map=auto -o none "$@"
	cat err
	[ ! -e none ] || fail "there is an image"
}
no 2 --spool=0 - < <(cat core)
"$IMGMAKE" -q --backup-map=auto -o other -f - < <(cat core)
cmp auto other
no 1 --entry=0x400f2 core
no 1 --entry=0x1000000 core
core 4 unlike
no 1 unlike
core_release=6.14.2-test
core 4 unlike
no 4 --entry=0x101000 unlike
saved_core noted
# Without an entry it does not matter which kernel it is, if it is known at all.
for file in unlike noted; do
	expect 1 "$IMGFILTER" --backup-map=auto -d 16 -o none $file
	says err 'it is no system that waits in a kexec jump [RSM-06]'
done
no 4 --entry=0x330f2 noted

at=$(readelf -lW core | awk '$1 == "LOAD" { print $2 }')
cp core cyclic
patch_file 0200030000000000 cyclic $((at + 0x30010))
no 1 cyclic
cp core twice
patch_file 0110000000000000 twice $((at + 0x30010))
no 1 twice

# A file can have that name.
mkdir folder
cp core.map folder/auto
(cd folder && "$IMGMAKE" -q --backup-map=./auto -o image ../core)
cmp auto folder/image

# Who forgets --backup-map=auto is told of it, whichever tool meets the image: an
# entry, and no kernel where VMCOREINFO has it.
recipe moved <<-EOF
	level foreign
	entry 0x330f2
	note VMCOREINFO 0 text "$(sed 's/$/\\n/' text | tr -d '\n')"
	segment 0 0x80000 zero
EOF
hint="hint: its kernel is not at its addresses:"
expect 0 "$IMGMAKE" -f -o forgotten moved
says err "imgmake: $hint an image in the jump view? try imgmake --backup-map=auto"
expect 1 "$IMGFILTER" -f -d 31 -o least forgotten
says err "imgfilter: $hint was it made from a core in the jump view?"
expect 1 "$IMGDUMP" --dmesg moved
says err "imgdump: $hint an image in the jump view?"
expect 0 "$IMGMAKE" -f --backup-map=auto -o remembered core
! grep hint err || fail "a hint in vain: $(cat err)"
expect 0 "$IMGMAKE" -f --entry=0 -o other core.original
! grep hint err || fail "a hint about a kernel that is there: $(cat err)"

# An image on swap waits in no jump.
saved_swap area
expect 1 "$IMGMAKE" -f --backup-map=auto -o none area
says err 'it is no system that waits in a kexec jump [RSM-06]'
