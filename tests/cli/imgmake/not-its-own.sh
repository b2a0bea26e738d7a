# SPDX-License-Identifier: GPL-2.0-or-later
# A backup map or an entry of another system: a warning, and no resume.  What
# no system can have is refused.
# It is not known where this one keeps what a jump takes.
core_release=5.4.0-test
core 8 core
echo '0x10 0x402' >own
echo '0x10 0x900' >other.map
printf '%s\n' '0x10 0x900' '0x11 0x901' '0x12 0x402' >both
echo '0x900 0x900' >in-place
warned()
{
	expect 0 "$IMGMAKE" "$@" --json -f -o image core
	valid_json imgmake-1 out
	grep warning err || :
	jq -c '[.warnings[] | [.rule, .pfn]]' out
	status=0
	"$IMGCHECK" --resumable image >found || status=$?
	echo "imgcheck: $status, $(grep -c 'RSM-0[12]' found)"
	expect 0 "$IMGMAKE" -q "$@" -f -o image core
	[ ! -s err ] || fail "-q warns: $(cat err)"
}
warned --entry=0x401040
warned --entry=0x801040
warned --backup-map=own
warned --backup-map=both
warned --backup-map=own --entry=0x402000
warned --backup-map=other.map --entry=0x10000
warned --backup-map=other.map --from-view=original
warned --backup-map=in-place
warned --backup-map=other.map --kind=hibernating-kernel

# What an image has already is not to be warned of again.
"$IMGMAKE" -q --backup-map=other.map --entry=0x801040 -f -o image core
expect 0 "$IMGCONV" --json -o other image
jq -c .warnings out
says err 'imgconv: other: '
[ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"

for entry in 0x10000000000000 0xffffffffffffffff; do
	expect 2 "$IMGMAKE" --json --entry=$entry -o none core
	jq -c '[.error.rule, .error.message]' out
	sed 1q err
	[ ! -e none ] || fail "an image"
done
"$IMGMAKE" -q --entry=0xfffffffffffff -o none core
