# SPDX-License-Identifier: GPL-2.0-or-later
# The answer tells apart: unsigned, somebody else's, a bad signature, altered
# data and where.  A signature is of one image.
"$IMGSIGN" -q --new-key=me --key-type=ecdsa-p256
"$IMGSIGN" -q --new-key=you --key-type=ecdsa-p256
fixture good-sealed-packed image
fixture good-content-digests-packed other
cp image unsigned
"$IMGSIGN" -q --key=me.key --cert=me.pem image
"$IMGSIGN" -q --key=me.key --cert=me.pem other
slots=$("$IMGDUMP" --json --headers image |
	jq '.headers.regions[] | select(.name == "signature slots").offset')
other_slots=$("$IMGDUMP" --json --headers other |
	jq '.headers.regions[] | select(.name == "signature slots").offset')

answer()
{
	local status=$1 verdict=$2 rule=$3

	shift 3
	expect "$status" "$IMGCHECK" --trust=me.pem --require-signature "$@"
	says out ": $verdict"
	[ -z "$rule" ] || says out "[$rule]"
}
answer 0 valid "" image
answer 1 unsigned TRU-05 unsigned
expect 1 "$IMGCHECK" --trust=you.pem image
says out "untrusted signer"
says out "[TRU-01]"

# Moved from another image.
cp image moved
dd if=other of=moved bs=1 skip="$other_slots" seek="$slots" count=4096 \
	conv=notrunc status=none
answer 1 "bad signature" SIG-05 moved
says out "$(printf '0x%x' "$slots")"
# Altered data, with the frame.
cp image altered
data=$("$IMGDUMP" --json --headers image |
	jq '.headers.regions[] | select(.name == "data").offset')
printf '\1' | dd of=altered bs=1 seek=$((data + 100)) conv=notrunc status=none
answer 1 corrupt IDX-05 altered
# A tail, and a cut.
cp image longer
echo >>longer
answer 1 corrupt ELF-12 longer
head -c -1 image >shorter
answer 1 corrupt COM-01 shorter
# Not asked whom to trust, nothing is said about it.
expect 0 "$IMGCHECK" image
says out "signed, not verified"
expect 0 "$IMGCHECK" --trust=me.pem unsigned
says out "not signed"

# Times and policies.
expect 1 "$IMGCHECK" --trust=me.pem --at=2060-01-01 image
says out "expired"
says out "[TRU-02]"
expect 0 "$IMGCHECK" --trust=me.pem --at=2060-01-01 \
	--trust-policy=expired image
expect 1 "$IMGCHECK" --trust=me.pem --at=@0 --trust-policy=expired image
says out "valid only from"
expect 0 "$IMGCHECK" --trust=me.pem --at=@0 --trust-policy=any-time image
expect 0 "$IMGCHECK" --trust=me.pem --trust-policy=code-signing image
expect 2 "$IMGCHECK" --trust=gone.pem image
expect 2 "$IMGCHECK" --trust=me.key image

# A document.
"$IMGCHECK" --json --trust=me.pem --require-signature image >document
valid_json imgcheck-1 document
jq -c '[.verdict, .signed, (.signatures[] | .slot, .verdict, .signer,
	.algorithm, .digest)]' document
print=$(openssl x509 -in me.pem -noout -fingerprint -sha256 |
	cut -d= -f2 | tr -d : | tr A-F a-f)
[ "$(jq -r '.signatures[0].fingerprint' document)" = "$print" ] ||
	fail "another fingerprint"
expect 1 "$IMGCHECK" --json --trust=you.pem image
cp out document
valid_json imgcheck-1 document
jq -c '[.verdict, .signed, .signatures[0].verdict, .findings[0].what.rule]' \
	document
