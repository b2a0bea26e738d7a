# SPDX-License-Identifier: GPL-2.0-or-later
# What each word and each level leaves out, of both kinds of kernels.
pages()
{
	"$IMGDUMP" --json --pages "$1" |
		jq -r '.pages.runs[] | select(.state == "excluded") | "\(.pfn) \(.pages) \(.class)"'
}

for kind in classes old-classes; do
	echo "== $kind"
	saved_core core "$kind"
	"$IMGFILTER" -q -f --exclude=free,offline,hwpoison,unaccepted -o small core
	pages small
	expect 0 "$IMGFILTER" -q -f --exclude=cache --exclude=cache-private,user,hugetlb -o all core
	pages all
	for level in 0 1 2 4 8 16 31; do
		echo "level $level"
		"$IMGFILTER" --dry-run -d "$level" core | sed '/^$/d; /^about /d'
		"$IMGFILTER" -q --json -f -d "$level" -o "level$level" core >document
		valid_json imgfilter-1 document
		jq -c '[.stored_pages, .zero_pages, .excluded_by_class, .dry_run]' document
		"$IMGFILTER" --dry-run --json -d "$level" core >dry
		valid_json imgfilter-1 dry
		jq -c '[.stored_pages, .zero_pages, .excluded_by_class, .output]' dry
		"$IMGCHECK" -q "level$level"
	done
done

# From image to image, and whoever makes one takes the same words.
"$IMGFILTER" -q -f -d 31 -o again level16
cmp again level31
"$IMGMAKE" -q -f --exclude=zero,resumable,cache,cache-private,user,hugetlb -o made core
cmp made level31
"$IMGCONV" -q -f --exclude=resumable,cache,cache-private,user,hugetlb -o made core
cmp made level31
"$IMGFILTER" -q -f -T 1 -d 31 -o made core
cmp made level31

# Classes that a resume needs show; the others do not.
says_left_out()
{
	"$IMGCHECK" --resumable "$1" 2>&1 | grep -c 'pages that a resume needs were left out' || :
}
"$IMGFILTER" -q -f --exclude=resumable -o small core
says_left_out small
says_left_out level2
says_left_out level8

# An image of Linux's own hibernation, by what is in its memory.
saved_swap area classes
expect 0 "$IMGFILTER" -q -f --exclude=user,hugetlb -o made area
pages made
"$IMGFILTER" -q -f --to=elf --exclude=user,hugetlb -o made.elf core
cmp <("$IMGDUMP" --raw --read=0x30000:4K made.elf) <("$IMGDUMP" --raw --read=0x30000:4K core)
expect 1 "$IMGDUMP" --raw --read=0x40000:4K made.elf
