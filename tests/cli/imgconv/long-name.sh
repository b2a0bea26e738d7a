# SPDX-License-Identifier: GPL-2.0-or-later
# A long name of the output hides neither whose fault it is nor what it is.
core 1 core
name=$(printf '%0250d' 0)
mkdir "$name"
expect 2 "$IMGCONV" -o "$name" core
says err "imgconv: $name: cannot write: Is a directory"
expect 2 "$IMGCONV" -o "$name/$name$name" core
says err "imgconv: $name/$name$name: "
says err ': File name too long'
: >"$name/$name"
expect 2 "$IMGCONV" -o "$name/$name" core
says err "imgconv: $name/$name: exists; use --force"
head -c 4096 /dev/zero >"$name/area"
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" in
expect 2 "$IMGCONV" --to=swsusp -o "$name/area" in
says err "imgconv: $name/area: no swap area begins there"
# An input of such a name is itself.
cp core "$name/core"
printf 'x' | dd of="$name/core" conv=notrunc status=none
expect 3 "$IMGCONV" -o out.img "$name/core"
says err "imgconv: $name/core: "
