# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Functions for the cases.

# A command that fails ends a case: say which one.
trap 'echo "line $LINENO: $BASH_COMMAND" >&2' ERR

fail()
{
	echo "${BASH_SOURCE[-1]##*/}: $*" >&2
	exit 1
}

skip()
{
	echo "$*"
	exit 77
}

# expect STATUS COMMAND..: run it, with its outputs in the files out and err.
expect()
{
	local wanted=$1 status=0

	shift
	"$@" >out 2>err || status=$?
	[ "$status" -eq "$wanted" ] ||
		fail "exit status $status, not $wanted: $* ($(tail -n 1 err))"
}

# says FILE TEXT: the file has a line with the text, which is no pattern.
says()
{
	grep -qF -e "$2" "$1" || fail "'$2' is not in: $(cat "$1")"
}

# The fixture $1 as the file $2.
fixture()
{
	"$RECIPE" "$FIXTURES/$1.recipe" "$2"
}

# A recipe on standard input as the file $1.
recipe()
{
	cat >"$1.recipe"
	"$RECIPE" "$1.recipe" "$1"
	rm "$1.recipe"
}

# An ELF core of 3 MiB and $1 pages of noise, with notes, as the file $2: text,
# zeros, noise, a table of addresses and a hole. Its kernel is $core_release.
core_release=6.1.0-test
core()
{
	recipe "$2" <<-EOF
		level foreign
		note CORE 1 zero 336
		note VMCOREINFO 0 text "OSRELEASE=$core_release\nPAGESIZE=4096\n"
		segment 0x1000 0x90000 text "the quick brown fox" vaddr=0xffff888000001000
		segment 0x100000 0x100000 pattern vaddr=0xffff888000100000
		segment 0x200000 0x100000 zero vaddr=0xffff888000200000
		segment 0x400000 $(($1 * 4096)) random seed vaddr=0xffff888000400000
	EOF
}

# "FRAME HASH" of each page of an ELF core or a plain image.
elf_pages()
{
	/usr/bin/python3 "$SRCDIR/tests/real/elf_pages.py" "$1"
}

# The pages of two ELF cores are the same.
same_pages()
{
	elf_pages "$1" >pages.1
	elf_pages "$2" >pages.2
	[ -s pages.1 ] || fail "$1 has no pages"
	cmp -s pages.1 pages.2 || fail "$1 and $2 have other pages"
	rm pages.1 pages.2
}

# The document $2 is as the schema $1 says.
valid_json()
{
	/usr/bin/python3 - "$SRCDIR/spec/schema/$1.json" "$2" <<-'EOF'
		import json, sys
		import jsonschema
		schema, document = (json.load(open(name)) for name in sys.argv[1:])
		jsonschema.validate(document, schema)
	EOF
}

# $1 hexadecimal digits of bytes, written at offset $3 of the file $2.
patch_file()
{
	printf '%b' "$(echo "$1" | sed 's/../\\x&/g')" |
		dd of="$2" bs=1 seek="$3" conv=notrunc status=none
}

# The memory of a kernel made by hand, as the ELF core $1: without a note, but
# with what the words after it say of tests/saved_memory.
saved_core()
{
	local core=$1

	shift
	"$SRCDIR/tests/saved_memory" memory text "$@"
	recipe "$core" <<-EOF
		level foreign
		segment 0 0x80000 file memory
	EOF
}

# The same of a kernel that waits in a kexec jump, as the ELF core $1 in the
# jump view and $1.original in the original one, and its backup map $1.map.
saved_jump()
{
	local core=$1

	shift
	"$SRCDIR/tests/saved_memory" memory text jump "$@"
	recipe "$core.original" <<-EOF
		level foreign
		entry 0x330f2
		note VMCOREINFO 0 text "$(sed 's/$/\\n/' text | tr -d '\n')"
		segment 0 0x80000 file memory
	EOF
	printf '%s\n' '1 61' '2 62' '3 64' '4 63' '5 5' >"$core.map"
	/usr/bin/python3 "$SRCDIR/tests/real/jumpify.py" --map="$core.map" \
		"$core.original" "$core"
}

# The memory of tests/saved_memory as an image of Linux's own hibernation.
saved_swap()
{
	local area=$1

	shift
	"$SRCDIR/tests/saved_memory" memory text "$@"
	echo "codec raw
		pages 1 0x7f file memory" >"$area.recipe"
	"$SRCDIR/tests/swsusp_recipe" "$area.recipe" "$area"
	rm "$area.recipe"
}

# A key and its certificate: $1.key and $1.pem.
signer()
{
	openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-keyout "$1.key" -out "$1.pem" -subj "/CN=$1" \
		-addext keyUsage=critical,digitalSignature 2>/dev/null
}

# The signature of $1 over the manifest in $2 as the file $3.
sign_manifest()
{
	openssl cms -sign -binary -noattr -nocerts -nosmimecap -md sha256 \
		-outform DER -signer "$1.pem" -inkey "$1.key" -in "$2" -out "$3"
}

# The same over that of the image $2.
sign_beside()
{
	"$IMGDUMP" --manifest --raw "$2" >"$3.manifest"
	sign_manifest "$1" "$3.manifest" "$3"
	rm "$3.manifest"
}
