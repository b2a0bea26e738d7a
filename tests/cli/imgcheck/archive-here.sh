# SPDX-License-Identifier: GPL-2.0-or-later
# What was made from a hibernation image is asked what its kernel would ask.
cp "$FIXTURES"/swsusp/*.facts .
made=0
for recipe in "$FIXTURES"/swsusp/{good,bad}-sws-{28,29,30,31,32}*.recipe; do
	[ -e "$recipe" ] || continue
	read -ra options < <(sed -n 's/^# options: *//p' "$recipe")
	"$SRCDIR/tests/swsusp_recipe" "$recipe" in
	"$IMGCONV" -q -f -o archive in 2>/dev/null
	"$IMGCONV" -q -f --to=elf -o core in 2>/dev/null
	status=0
	"$IMGCHECK" "${options[@]}" in >want || status=$?
	for file in archive core; do
		expect "$status" "$IMGCHECK" "${options[@]}" $file
		# Findings are the same, word by word.
		grep '\[SWS-' want | sed 's/^in: //' >a || true
		grep '\[SWS-' out | sed "s/^$file: //" >b || true
		cmp a b || fail "${recipe##*/}: $file: $(cat out)"
	done
	made=$((made + 1))
done
[ "$made" -ge 11 ] || fail "$made recipes only"

# The kernel: the image's own, another one that knows enough, and none at all.
saved_swap area
release=$("$IMGDUMP" area | sed -n 's/^Kernel: *//p')
[ -n "$release" ] || fail "no release in the memory"
"$IMGCONV" -q -o saved area
for file in area saved; do
	"$IMGCHECK" --kernel="$release" $file >out
	! grep "note: the image's" out || fail "of its own kernel: $(cat out)"
	says out 'fits here'
	"$IMGCHECK" --kernel=6.99.1 $file >out
	says out "note: the image's kernel is $release, not 6.99.1: on x86_64"
	says out 'fits here'
	expect 1 "$IMGCHECK" --kernel=bzImage $file
	says out 'what kernel "bzImage" knows cannot be told'
	says out '[SWS-31]'
	expect 1 "$IMGCHECK" --kernel=' 6.12' $file
done

# Elsewhere the header has a text of the kernel, so its release must be the same.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-generic.recipe" in
own=$("$IMGDUMP" in | sed -n 's/^Release: *//p')
[ -n "$own" ] || fail "no release in the header"
"$IMGCONV" -q -f -o archive in
for file in in archive; do
	"$IMGCHECK" -q --kernel="$own" $file
	expect 1 "$IMGCHECK" --kernel="$own-other" $file
	says out "[SWS-32]"
done
