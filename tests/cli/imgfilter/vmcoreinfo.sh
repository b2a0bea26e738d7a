# SPDX-License-Identifier: GPL-2.0-or-later
# A VMCOREINFO where there is none, half of one, or another kernel's.
tells()
{
	expect "$1" "$IMGFILTER" -f --exclude=free,user -o image "${@:2}"
	cat err
}
pages()
{
	"$IMGDUMP" --json --pages image |
		jq -c '.pages.runs[] | select(.state == "excluded") | [.pfn, .pages, .class]'
}
no_image()
{
	[ ! -e image ] || fail "there is an image"
}

# None: only zero pages can be left out, until one is given.
saved_core core classes no-note
cp text whole
tells 1 core
no_image
expect 0 "$IMGFILTER" -q --exclude=zero -o image core
tells 0 -q --vmcoreinfo=whole core
pages
"$IMGDUMP" --raw --vmcoreinfo image | cmp - whole
"$IMGDUMP" --json image | jq -r '.summary.release'
"$IMGMAKE" -q -f --vmcoreinfo=whole --exclude=zero -o made core
"$IMGDUMP" --raw --vmcoreinfo made | cmp - whole
"$IMGCONV" -q -f --to=elf --vmcoreinfo=whole --exclude=free,user -o made core
"$IMGDUMP" --raw --vmcoreinfo made | cmp - whole
"$IMGDUMP" --json --segments made | jq -c '[.segments[].type]'
expect 1 "$IMGDUMP" --dmesg core
expect 0 "$IMGDUMP" --use-vmcoreinfo=whole --dmesg core
grep -c . out
"$IMGDUMP" --json --use-vmcoreinfo=whole --vmcoreinfo core >document
valid_json imgdump-1 document
jq -c .vmcoreinfo_origin document

# The last line may lack its end.
head -c -1 whole >cut
tells 0 -q --vmcoreinfo=cut core
"$IMGDUMP" --raw --vmcoreinfo image | cmp - whole
rm image

# Each key that is needed is named where it is missing.
while read -r key; do
	grep -vF "$key=" whole >partial
	tells 1 --vmcoreinfo=partial core
	no_image
done <<-EOF
	SYMBOL(init_uts_ns)
	OFFSET(uts_namespace.name)
	NUMBER(phys_base)
	SIZE(page)
	OFFSET(page.flags)
	OFFSET(page.mapping)
	OFFSET(page._mapcount)
	OFFSET(page.private)
	OFFSET(page.compound_head)
	SYMBOL(mem_section)
	LENGTH(mem_section)
	SIZE(mem_section)
	OFFSET(mem_section.section_mem_map)
	LENGTH(zone.free_area)
	NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)
	NUMBER(PG_lru)
	NUMBER(PG_private)
	NUMBER(PG_swapcache)
	NUMBER(PG_swapbacked)
	NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)
	NUMBER(PG_head_mask)
EOF

grep -v -e "^SYMBOL(init_top_pgt)=" -e "^SYMBOL(swapper_pg_dir)=" whole >partial
tells 1 --vmcoreinfo=partial core

# The one that is given counts, not the note that lacks something.
grep -vF "SIZE(page)=" whole >partial
recipe noted <<-EOF
	level foreign
	note VMCOREINFO 0 text "$(awk '{ printf "%s\\n", $0 }' partial)"
	segment 0 0x80000 file memory
EOF
tells 1 noted
tells 0 -q --vmcoreinfo=whole noted
pages
"$IMGDUMP" --raw --vmcoreinfo image | cmp - whole
rm image

# Another kernel's, and what is none.
sed 's/saved/other/' whole >other
sed 's/^\(SYMBOL(init_top_pgt)=.*\)000$/\1c00/' whole >moved
sed 's/^PAGESIZE.*/PAGESIZE=65536/' whole >larger
grep -v OSRELEASE whole >unnamed
head -c 70000 /dev/zero | tr '\0' x >long
: >empty
for text in other moved larger; do
	tells 1 --vmcoreinfo=$text core
	no_image
	expect 1 "$IMGMAKE" -f --vmcoreinfo=$text --exclude=zero -o image core
	cat err
	no_image
done
for text in unnamed core long empty none; do
	tells 2 --vmcoreinfo=$text core
	no_image
done
expect 2 "$IMGDUMP" --use-vmcoreinfo=unnamed --dmesg core
expect 2 "$IMGDUMP" --use-vmcoreinfo=whole --machine-facts

# Page tables that go round, and struct pages that are nowhere.
for word in cyclic nowhere; do
	echo "== $word"
	saved_core core classes $word
	expect 1 "$IMGFILTER" --exclude=free,user -o image core
	cat err
	no_image
done
