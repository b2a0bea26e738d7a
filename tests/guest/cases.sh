# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the scripts share that take the cases of a cases.txt through guests: each
# line is a kind, for which the script has a function case_KIND, and what the kind
# takes. The script sets here, its folder, and suite, its name, perhaps cases, a file
# other than cases.txt, sources this, and ends with run_cases "$@"; build_tools is its function that makes what all cases
# need in the folder $tools.

# check WHAT COMMAND..: one line about it, and what it said if it failed; whether it
# went well.
check()
{
	local what="$case: $1"

	shift
	if "$@" >log 2>&1; then
		echo "ok - $what"
		return
	fi
	failed=yes
	echo "not ok - $what"
	tail -n 30 log | sed 's/^/# /'
	return 1
}

# Whether the command ends with the status $1.
gives()
{
	local want=$1 status

	shift
	"$@"
	status=$?
	[ $status -eq "$want" ] || {
		echo "exit status $status, not $want: $*"
		return 1
	}
}

# equal WHAT A B
equal()
{
	[ "$2" = "$3" ] || {
		echo "$1 is $2, not $3"
		return 1
	}
}

# In a folder of its own; what it says comes at once.
run_case()
{
	local folder

	# shellcheck disable=SC2154 # in the environment
	folder=$(mktemp -d "$tools/case.XXXXXX") && cd "$folder" || exit 2
	case=$*
	(
		failed=
		"case_$1" "${@:2}"
		[ -n "$failed" ] || rm -rf "$folder"
		exit 0
	) >"$folder.said" ||
		echo "not ok - $case: ended before all was checked" >>"$folder.said"
	cat "$folder.said"
}

list_cases()
{
	# shellcheck disable=SC2154 # the caller's
	sed '/^#/d; /^$/d' "${cases:-$here/cases.txt}" | grep -E -e "$1"
}

# Numbers the lines of standard input that are results, and counts them.
number_checks()
{
	local line checks=0 failures=0

	while IFS= read -r line; do
		case $line in
		'ok - '* | 'not ok - '*)
			checks=$((checks + 1))
			line="${line%%ok - *}ok $checks - ${line#*ok - }"
			;;
		esac
		[ "${line#not ok}" = "$line" ] || failures=$((failures + 1))
		echo "$line"
	done
	echo "1..$checks"
	# shellcheck disable=SC2154 # the caller's
	echo "# $suite: $checks checks, $failures failed"
	[ "$checks" -gt 0 ] && [ "$failures" -eq 0 ]
}

# run_cases [-j GUESTS] [-k] [PATTERN]
run_cases()
{
	local guests=2 keep='' option status=()

	if [ "${1-}" = --case ]; then
		shift
		run_case "$@"
		exit
	fi
	while getopts j:k option; do
		case $option in
		j) guests=$OPTARG ;;
		k) keep=yes ;;
		*) exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# -le 1 ] || exit 2
	command -v qemu-system-x86_64 >/dev/null || {
		echo "1..0 # SKIP there is no QEMU"
		exit 77
	}
	tools=$(mktemp -d "${TMPDIR:-/var/tmp}/imgfmt-$suite.XXXXXX") || exit 2
	export tools
	[ -n "$keep" ] || trap 'rm -rf "$tools"' EXIT
	build_tools || exit 2
	list_cases "${1-.}" >"$tools/cases" || {
		echo "run: no case matches ${1-.}" >&2
		exit 2
	}
	# Lines of the shell: xargs splits them into words.
	xargs -P "$guests" -L 1 "$0" --case <"$tools/cases" | number_checks
	status=("${PIPESTATUS[@]}")
	[ "${status[0]}" -eq 0 ] || exit 2
	exit "${status[1]}"
}
