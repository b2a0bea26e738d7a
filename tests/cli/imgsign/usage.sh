# SPDX-License-Identifier: GPL-2.0-or-later
fixture good-sealed-packed image
wrong()
{
	local text=$1

	shift
	expect 2 "$IMGSIGN" "$@"
	says err "$text"
}
wrong "an image is missing"
wrong "say what to do" image
wrong "say what to do" --extract=x --list image
wrong "--which is for --extract" --list --which=1 image
wrong "--new-key stands alone" --new-key=me --extract=x
wrong "perhaps --key is meant" --sign-key=me.key image
wrong "perhaps --cert is meant" --key=k --sign-cert=me.pem image
wrong "say what to do" --list --remove image
wrong "standard input will not do" --list -
wrong "without --key nothing is signed" --list --pss image
wrong "without --key nothing is signed" --remove --detached=x image
wrong "--new-key stands alone" --new-key=me image
wrong "--new-key: the argument is empty" --new-key=
wrong "no name is given" --new-key=dir/
for option in remove replace detached; do
	wrong "--$option: the argument is empty" --key=k "--$option=" image
done
wrong "no --replace" --key=k --detached=x --replace image
wrong "--key is missing" --cert=x --list image
wrong "--at and --trust-policy need --trust" --list --at=2026-01-01 image
wrong "--at: not a date" --list --trust=x --at=2026-02-30 image
wrong "--at: not a date" --list --trust=x --at=@9223372036854775807 image
wrong "--trust-policy: words are" --list --trust=x --trust-policy=any image
expect 3 "$IMGSIGN" --list "$SRCDIR/README.md"
