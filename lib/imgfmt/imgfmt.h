/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libimgfmt: read, write and verify resumable hibernation images.
 *
 * The words are those of the specification (spec/glossary.md).  All frame
 * numbers are page frame numbers: physical address divided by the page size
 * of the image.  All sizes are bytes unless the name says pages or blocks.
 *
 * Outcome.  A function that can fail returns an int: 0 for success, a
 * positive value for a normal end, a negative enum imgfmt_status for a
 * failure; it then fills the caller's struct imgfmt_error, which may be NULL.
 * Results come back through parameters named ret, set to NULL or zero on
 * failure.
 *
 * Options.  An options struct is zeroed, its struct_size is set, and what is
 * needed is filled in; zero is the sane default of every field.
 *
 * Threads.  An image is immutable and may be shared; a cursor, a stream, a
 * writer and an output belong to one thread at a time.  The library starts
 * threads only where an options struct asks for them, keeps no mutable global
 * state, prints nothing and handles no signal.
 */
#ifndef IMGFMT_H
#define IMGFMT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IMGFMT_API __attribute__((visibility("default")))
#define IMGFMT_MUST_CHECK __attribute__((warn_unused_result))

/* ---- Outcome -------------------------------------------------------- */

/* Values are ABI: never renumbered, only added. */
enum imgfmt_status {
	IMGFMT_OK		= 0,
	IMGFMT_END		= 1,	/* an iteration or a stream is over */

	IMGFMT_E_NOMEM		= -1,	/* the system has no memory */
	IMGFMT_E_OS		= -2,	/* a system call failed: os_errno */
	IMGFMT_E_USAGE		= -3,	/* the caller broke the contract */
	IMGFMT_E_NOT_IMAGE	= -4,	/* some other kind of file */
	IMGFMT_E_UNSUPPORTED	= -5,	/* valid, but not for this build */
	IMGFMT_E_CORRUPT	= -6,	/* a rule of the specification is broken */
	IMGFMT_E_TRUNCATED	= -7,	/* the image ends too early */
	IMGFMT_E_DIGEST		= -8,	/* bytes differ from their checksum */
	IMGFMT_E_SIGNATURE	= -9,	/* a signature is wrong */
	IMGFMT_E_UNSIGNED	= -10,	/* a signature is missing */
	IMGFMT_E_ABSENT		= -11,	/* the page is not in the image */
	IMGFMT_E_LIMIT		= -12,	/* would pass the memory limit */
	IMGFMT_E_SEEK		= -13,	/* needs random access to the input */
	IMGFMT_E_CANCELLED	= -14,	/* the progress callback said stop */
	IMGFMT_E_UNFIT		= -15,	/* intact, but not for this resume */
	IMGFMT_E_UNTRUSTED	= -16	/* signed by somebody not trusted */
};

#define IMGFMT_NOWHERE UINT64_MAX

/*
 * What went wrong, where, and which rule of the specification it breaks.
 * Owned by the caller, never allocated, filled on every failure.
 */
struct imgfmt_error {
	int32_t	 status;	/* enum imgfmt_status */
	int32_t	 os_errno;	/* for IMGFMT_E_OS, else 0 */
	uint64_t offset;	/* byte in the input, or IMGFMT_NOWHERE */
	uint64_t pfn;		/* frame concerned, or IMGFMT_NOWHERE */
	char	 rule[16];	/* "BLK-03", or empty */
	char	 message[216];	/* one line without newline, never empty */
};

/* A short English name of a status: "corrupt", "truncated", ... */
IMGFMT_API const char *imgfmt_status_name(int status);

/* The library's version, as "0.1.0". */
IMGFMT_API const char *imgfmt_version(void);

/* ---- Bytes in, bytes out -------------------------------------------- */

/*
 * The caller's own input.  read_at fills up to @len bytes from @off and
 * returns how many (0 at the end), or a negative errno; it must be callable
 * from several threads at once.  An input without random access has only
 * read, which continues where the last one ended.
 */
struct imgfmt_io {
	size_t	 struct_size;
	void	*ctx;
	int64_t	(*read_at)(void *ctx, void *buf, size_t len, uint64_t off);
	int64_t	(*read)(void *ctx, void *buf, size_t len);
	uint64_t size;		/* of an input with read_at */
	const char *name;	/* for messages; NULL: "input" */
};

/* Worker threads that one call may be asked for. */
#define IMGFMT_THREADS_MAX 1024

/* Called now and then with bytes of memory, or of the image that is read,
 * done and in all; non-zero cancels. */
struct imgfmt_progress {
	int	(*fn)(void *ctx, uint64_t done, uint64_t total);
	void	*ctx;
};

/*
 * Where an image goes.  A file gets a temporary name until it is complete, a
 * block device is written by the rules of spec 14.3, a pipe in one pass.
 */
struct imgfmt_output;

#define IMGFMT_OUTPUT_FORCE	(1U << 0)	/* replace what is there */
/* (1U << 1) and (1U << 2) are IMGFMT_SWAP_... */
#define IMGFMT_OUTPUT_PUBLIC	(1U << 3)	/* no secret: the mode is 0666, less the umask, not 0600 */

/* A file or a block device.  An existing file needs IMGFMT_OUTPUT_FORCE. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_output_path(const char *path, uint32_t flags,
		       struct imgfmt_output **ret, struct imgfmt_error *err);
/* A descriptor that is written in one pass and stays open. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_output_fd(int fd, const char *name, struct imgfmt_output **ret,
		     struct imgfmt_error *err);
/* The caller's function, in one pass: 0, or a negative errno. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_output_fn(int (*write)(void *ctx, const void *buf, size_t len),
		     void *ctx, const char *name, struct imgfmt_output **ret,
		     struct imgfmt_error *err);
/*
 * After a failure: 1 if what a block device held before is gone, so that it
 * holds no image now, and 0 if the old content is as it was: no write, nor a
 * part of one, has reached it.
 */
IMGFMT_API int imgfmt_output_wiped(const struct imgfmt_output *out);

/*
 * A swap area, for the format "swsusp": it exists already, and is written
 * where it stands.  Refused are areas in use, and, without
 * IMGFMT_OUTPUT_FORCE, those with an image that waits to be resumed.  Until the
 * output is freed nobody else can write there: a file is locked (flock(2)).
 */
struct imgfmt_swap_opts {
	size_t	 struct_size;
	uint64_t offset;	/* byte of the file where the device begins */
	uint64_t resume_offset;	/* page of the device with the swap header */
	/*
	 * With a resume_offset: the path of a text that says where the swap
	 * file lies on the device, lines "PAGE-OF-FILE PAGE-OF-DEVICE COUNT".
	 */
	const char *extents;
	uint32_t flags;		/* IMGFMT_OUTPUT_FORCE, IMGFMT_SWAP_... */
	uint32_t reserved;
};
/*
 * Of a regular file, one of these: it is a swap file of this system, to be
 * resumed from by its place on the device of its file system; or it is the
 * image of a disk or a partition.  With neither, a file that could be both, as
 * far as its file system tells, is refused (IMGFMT_E_USAGE), unless it is the
 * area that the image came from; any other is taken as the image of a disk.
 */
#define IMGFMT_SWAP_FILE	(1U << 1)
#define IMGFMT_SWAP_DISK_IMAGE	(1U << 2)

IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_output_swap(const char *path, const struct imgfmt_swap_opts *opts,
		       struct imgfmt_output **ret, struct imgfmt_error *err);
/*
 * Take back an image that waits to be resumed: its area is swap again.
 * IMGFMT_E_NOT_IMAGE if none is there, IMGFMT_E_OS with EBUSY if the area is
 * in use.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_swap_invalidate(const char *path,
			   const struct imgfmt_swap_opts *opts,
			   struct imgfmt_error *err);

/*
 * @size bytes at @data are all that goes there, such as a signature beside its
 * image: written, flushed, and given their name.  Once an output.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_output_put(struct imgfmt_output *out, const void *data, size_t size,
		      struct imgfmt_error *err);

/* Without a finished conversion, or a put, nothing stays behind. */
IMGFMT_API void imgfmt_output_free(struct imgfmt_output *out);

/* ---- Words of the format -------------------------------------------- */

enum imgfmt_level { IMGFMT_BARE = 0, IMGFMT_STREAMED = 1, IMGFMT_SEALED = 2 };
enum imgfmt_profile { IMGFMT_PLAIN = 1, IMGFMT_PACKED = 2 };
enum imgfmt_kind { IMGFMT_HIBERNATED_SYSTEM = 1, IMGFMT_HIBERNATING_KERNEL = 2 };
enum imgfmt_view { IMGFMT_VIEW_ORIGINAL = 1, IMGFMT_VIEW_JUMP = 2 };

enum imgfmt_state {
	IMGFMT_HOLE = 0,
	IMGFMT_STORED = 1,
	IMGFMT_ZERO = 2,
	IMGFMT_EXCLUDED = 3
};

enum imgfmt_class {
	IMGFMT_NONE = 0,
	IMGFMT_FREE = 1,
	IMGFMT_UNACCEPTED = 2,
	IMGFMT_OFFLINE = 3,
	IMGFMT_HWPOISON = 4,
	IMGFMT_KEXEC = 5,
	IMGFMT_CACHE = 6,
	IMGFMT_CACHE_PRIVATE = 7,
	IMGFMT_USER = 8,
	IMGFMT_HUGETLB = 9,
	IMGFMT_CLASSES = 10
};

enum imgfmt_free_policy {
	IMGFMT_FREE_UNKNOWN = 0,
	IMGFMT_FREE_ANYTHING = 1,
	IMGFMT_FREE_ZERO = 2,
	IMGFMT_FREE_POISON = 3
};

enum imgfmt_resume_state {
	IMGFMT_RESUME_NONE = 0,		/* the image has no resume record */
	IMGFMT_RESUME_PENDING = 1,
	IMGFMT_RESUME_CLAIMED = 2,
	IMGFMT_RESUME_FAILED = 3
};

/* Reasons why an image is not resumable, a set (spec 6.7). */
#define IMGFMT_NOT_RESUMABLE_NO_ENTRY	(1U << 0)
#define IMGFMT_NOT_RESUMABLE_LEFT_OUT	(1U << 1)
#define IMGFMT_NOT_RESUMABLE_SALVAGED	(1U << 2)
#define IMGFMT_NOT_RESUMABLE_UNPLACED	(1U << 3)

/* The words of the glossary for values; NULL if there is none. */
IMGFMT_API const char *imgfmt_level_name(int level);
IMGFMT_API const char *imgfmt_profile_name(int profile);
IMGFMT_API const char *imgfmt_kind_name(int kind);
IMGFMT_API const char *imgfmt_view_name(int view);
IMGFMT_API const char *imgfmt_state_name(int state);
IMGFMT_API const char *imgfmt_class_name(int class_id);
IMGFMT_API const char *imgfmt_resume_state_name(int state);
IMGFMT_API const char *imgfmt_free_policy_name(int policy);
/* Name of bit @bit of a not_resumable set. */
IMGFMT_API const char *imgfmt_reason_name(unsigned int bit);
/* "x86_64" for an ELF machine number; NULL if unknown. */
IMGFMT_API const char *imgfmt_machine_name(uint16_t machine);

/* Codecs: names by position (NULL past the end) and by id (NULL if unknown). */
IMGFMT_API const char *imgfmt_codec_name_at(unsigned int position);
IMGFMT_API const char *imgfmt_codec_name(uint16_t id);
/*
 * Whether this build can use a codec of that name: one of those above, or "lzo",
 * which only hibernation images have.
 */
IMGFMT_API int imgfmt_codec_usable(const char *name);
/* What "NAME:LEVEL" may say; IMGFMT_END for a codec that has no levels. */
struct imgfmt_levels {
	int32_t min, max, preset;	/* preset: that of "NAME" alone */
};
IMGFMT_API int imgfmt_codec_levels(const char *name,
				   struct imgfmt_levels *ret);
/* Formats that can be read and written, by position; NULL past the end. */
IMGFMT_API const char *imgfmt_source_name_at(unsigned int position);
IMGFMT_API const char *imgfmt_sink_name_at(unsigned int position);
/* What a format that is written can be used for; 0 of one that is not. */
#define IMGFMT_SINK_FILTERED	(1U << 0)	/* with pages left out */
#define IMGFMT_SINK_SEGMENTS	(1U << 1)	/* it has PT_LOAD segments */
IMGFMT_API uint32_t imgfmt_sink_flags(const char *name);

/* ---- Signatures and whom to trust (spec 11.4) ------------------------ */

/*
 * Certificates that are trusted, the intermediate ones that lead to them, and
 * revocation lists.  Immutable once it is given to a function that reads, and
 * may then be shared.
 */
struct imgfmt_trust;

/* Accept certificates and revocation lists whose time is over. */
#define IMGFMT_TRUST_EXPIRED		(1U << 0)
/* Do not look at times at all: for a machine whose clock is not set. */
#define IMGFMT_TRUST_ANY_TIME		(1U << 1)
/* The signer's certificate must name code signing as its extended usage. */
#define IMGFMT_TRUST_CODE_SIGNING	(1U << 2)
/* There must be a revocation list of every issuer. */
#define IMGFMT_TRUST_REVOCATION		(1U << 3)

struct imgfmt_trust_opts {
	size_t	 struct_size;
	uint32_t flags;
	uint32_t has_time;	/* else the validity is asked of the clock */
	int64_t	 time;		/* seconds since 1970 to judge at */
};

IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_trust_new(const struct imgfmt_trust_opts *opts,
		     struct imgfmt_trust **ret, struct imgfmt_error *err);
/*
 * Add what the file @path holds, PEM or DER; or, of a directory, what its
 * files named *.pem, *.crt, *.cer, *.der and *.crl hold.  At most 1 MiB a file,
 * 256 certificates and 256 lists.  A certificate is trusted, and what it
 * issues if it is that of an authority, until a list of its own issuer, whose
 * certificate was added too, revokes it.  IMGFMT_E_USAGE if there is none, or
 * what is there cannot be understood, or is no regular file of a directory.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_trust_add(struct imgfmt_trust *trust, const char *path,
		     struct imgfmt_error *err);
IMGFMT_API void imgfmt_trust_free(struct imgfmt_trust *trust);

enum imgfmt_signature_verdict {
	IMGFMT_SIGNATURE_UNCHECKED = 0,	/* nobody to trust was given */
	IMGFMT_SIGNATURE_GOOD = 1,
	IMGFMT_SIGNATURE_UNTRUSTED = 2,	/* of somebody else */
	IMGFMT_SIGNATURE_BAD = 3	/* wrong, or not of the known form */
};
/* "good", "untrusted", "bad", "unchecked"; NULL if there is no such verdict. */
IMGFMT_API const char *imgfmt_signature_verdict_name(int verdict);

/* Where a signature was that is in no slot. */
#define IMGFMT_SIGNATURE_DETACHED (-1)

/* One signer of one signature; pointers are valid during the call. */
struct imgfmt_signature {
	uint32_t verdict;
	int32_t	 slot;		/* from 0, or IMGFMT_SIGNATURE_DETACHED */
	struct imgfmt_error why;	/* of one that is not good */
	/* As the signature names its signer; each NULL if it does not.  Names
	   as in RFC 2253, serial number and key id in hexadecimal. */
	const char *issuer, *serial, *key_id;
	const char *digest;	/* "SHA-256"; NULL: unknown */
	/* The time inside of the signature: what the signer claims. */
	uint8_t	 has_time;
	/* A certificate was found.  Unless the verdict is good, it says only
	   what it says: anybody can have made it. */
	uint8_t	 has_certificate;
	uint8_t	 reserved[6];
	int64_t	 time;		/* seconds since 1970 */
	const char *subject;	/* NULL without certificate, as algorithm */
	const char *algorithm;	/* "RSA-3072", "RSA-PSS-3072", "ECDSA-P-256" */
	int64_t	 not_before, not_after;	/* seconds since 1970 */
	uint8_t	 fingerprint[32];	/* SHA-256 of the certificate */
};
typedef void imgfmt_signature_fn(void *ctx, const struct imgfmt_signature *s);

/*
 * Judge a signature, a CMS SignedData in DER of @signature_size bytes, over
 * the bytes @data, such as a manifest; each of its signers is told to @fn,
 * which may be NULL.  IMGFMT_OK if one of them is good.  Without @trust
 * (NULL) signatures are told and not judged: IMGFMT_OK.  IMGFMT_E_SIGNATURE,
 * IMGFMT_E_UNTRUSTED.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_signature_judge(const struct imgfmt_trust *trust,
			   const void *data, size_t size,
			   const void *signature, size_t signature_size,
			   imgfmt_signature_fn *fn, void *ctx,
			   struct imgfmt_error *err);

/* A key and the certificate that goes with it; may be shared by threads. */
struct imgfmt_signer;

/*
 * Put signed attributes inside, the time by the clock among them.  The Linux
 * kernel takes no signature with attributes.
 */
#define IMGFMT_SIGNER_ATTRIBUTES	(1U << 0)
/* Put the certificate inside, for who trusts its authority only. */
#define IMGFMT_SIGNER_CERTIFICATE	(1U << 1)
/* RSA-PSS instead of PKCS #1 v1.5; the Linux kernel does not take it. */
#define IMGFMT_SIGNER_PSS		(1U << 2)

struct imgfmt_signer_opts {
	size_t	 struct_size;
	/* A file in PEM or DER, or a URI that OpenSSL's stores understand. */
	const char *key;
	/* A file in PEM or DER that holds it; NULL: the key's file does. */
	const char *certificate;
	const char *digest;	/* "sha256", "sha384", "sha512"; NULL: sha256 */
	uint32_t flags;
	uint32_t reserved;
	/*
	 * Asked for the passphrase of an encrypted key: fills @buf with at most
	 * @room bytes and returns how many, or a negative errno.  NULL: an
	 * encrypted key is refused.
	 */
	int	(*passphrase)(void *ctx, char *buf, size_t room);
	void	*passphrase_ctx;
};

/*
 * Load a key and its certificate, and refuse what nobody would trust: another
 * kind of key than spec 11.4 has, a certificate of another key, not valid now,
 * or not for digital signatures.  IMGFMT_E_USAGE, IMGFMT_E_OS; the message
 * names the file.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_signer_new(const struct imgfmt_signer_opts *opts,
		      struct imgfmt_signer **ret, struct imgfmt_error *err);
IMGFMT_API void imgfmt_signer_free(struct imgfmt_signer *signer);
/* The name in its certificate, as in RFC 2253; belongs to @signer. */
IMGFMT_API const char *imgfmt_signer_subject(const struct imgfmt_signer *signer);
/*
 * A signature over @size bytes at @data: a CMS SignedData in DER, which the
 * caller frees with free().
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_signer_sign(const struct imgfmt_signer *signer, const void *data,
		       size_t size, void **ret, size_t *size_ret,
		       struct imgfmt_error *err);

/* ---- An image, immutable once opened --------------------------------- */

struct imgfmt_image;

/* Damage in tables or data is no reason to refuse; see IMGFMT_CONVERT_SALVAGE. */
#define IMGFMT_OPEN_SALVAGE	(1U << 0)

/*
 * Open a damaged or unsupported image too, where its format allows it (swsusp,
 * snapshot; of a sealed image, damaged signature slots), as far as it can be
 * understood: see imgfmt_image_damage().
 */
#define IMGFMT_OPEN_DAMAGED	(1U << 1)

/*
 * Refuse an image without a signature that @trust finds good:
 * IMGFMT_E_UNSIGNED, IMGFMT_E_UNTRUSTED, IMGFMT_E_SIGNATURE.
 */
#define IMGFMT_OPEN_REQUIRE_SIGNATURE (1U << 2)

/* What came of the trust that an image was opened with. */
enum imgfmt_authenticity {
	IMGFMT_AUTHENTICITY_UNASKED = 0,
	IMGFMT_AUTHENTICITY_UNSIGNED = 1,	/* and no signature demanded */
	IMGFMT_AUTHENTICITY_GOOD = 2
};

struct imgfmt_open_opts {
	size_t	 struct_size;
	const char *format;	/* a source's name; NULL: recognise it */
	uint64_t memlimit;	/* bytes of metadata; 0: 1 GiB */
	uint32_t flags;
	/* Of opening, for a signature beside an image of another format:
	 * IMGFMT_THREADS_MAX or less; 0: the caller's alone. */
	uint32_t threads;
	/* Where opening reads all of the data: salvage, a streamed image on a
	 * device, and a signature beside an image of another format. */
	struct imgfmt_progress progress;
	uint64_t offset;	/* bytes before the image, as of a partition */
	uint64_t resume_offset;	/* page of the swap header, as the kernel has it */
	/*
	 * Whom to trust, while the image is opened.  NULL: signatures are
	 * told, not judged.  With it nothing of the image is used before its
	 * digests were led back to its manifest (spec 17.1), what was proved is
	 * what is read, and an image with signatures of which none is good is
	 * refused; one without is only with IMGFMT_OPEN_REQUIRE_SIGNATURE, and
	 * imgfmt_info tells.  In a pipe only sealed images can be verified:
	 * IMGFMT_E_UNSUPPORTED.  Not with IMGFMT_OPEN_SALVAGE; a damaged image
	 * is refused with IMGFMT_OPEN_DAMAGED too.
	 */
	const struct imgfmt_trust *trust;
	/* Path of a signature beside the image, DER or PEM of at most 64 KiB,
	 * to look at as well as at the image's own; NULL: none. */
	const char *signature;
	/* Told of each signer of each signature while the image is opened. */
	imgfmt_signature_fn *signed_by;
	void	*signed_by_ctx;
};

IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_image_open(const char *path, const struct imgfmt_open_opts *opts,
		      struct imgfmt_image **ret, struct imgfmt_error *err);
/* The descriptor is not closed with the image and must outlive it. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_image_open_fd(int fd, const char *name,
			 const struct imgfmt_open_opts *opts,
			 struct imgfmt_image **ret, struct imgfmt_error *err);
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_image_open_io(const struct imgfmt_io *io,
			 const struct imgfmt_open_opts *opts,
			 struct imgfmt_image **ret, struct imgfmt_error *err);
IMGFMT_API struct imgfmt_image *imgfmt_image_ref(struct imgfmt_image *image);
IMGFMT_API void imgfmt_image_unref(struct imgfmt_image *image);

struct imgfmt_info {
	size_t	 struct_size;
	const char *format;		/* the source's name */
	uint16_t version_major, version_minor;
	uint16_t machine;		/* ELF machine number */
	uint8_t	 big_endian;
	uint8_t	 sequential;		/* the input is a pipe: one pass */
	uint8_t	 level, profile, kind, view;
	uint8_t	 free_policy, poison, has_info, has_content_digests;
	uint32_t page_size, block_pages;
	uint32_t not_resumable;
	uint32_t segments, notes;
	uint64_t entry;
	uint64_t time;			/* seconds since 1970, 0 unknown */
	uint64_t max_pfn;
	uint64_t incompatible, read_compatible, ignorable;
	uint64_t present_pages, excluded_pages;
	uint64_t excluded_by_class[IMGFMT_CLASSES];
	/* 0 until known: a streamed image on a pipe tells at its end. */
	uint64_t stored_pages, zero_pages;
	uint64_t block_count, data_size, image_size;
	uint8_t	 uuid[16], root[32];
	const char *release, *version;	/* never NULL */
	/* Of the memory map: its source, and the firmware's digest or zero. */
	uint8_t	 memory_from_segments;
	uint8_t	 resumes;	/* foreign, and a kernel resumes it by itself */
	uint8_t	 has_checksum;	/* foreign, and one checksum covers its pages */
	uint8_t	 authenticity;	/* enum imgfmt_authenticity */
	uint8_t	 reserved[4];
	uint8_t	 firmware_digest[32];
	const char *description;	/* of a foreign format, else NULL */
};
/* Fill in what the caller's struct_size has room for. */
IMGFMT_API void imgfmt_image_info(const struct imgfmt_image *image,
				  struct imgfmt_info *ret);

/*
 * Tables of an image.  Each function gives row @i and returns IMGFMT_OK, or
 * IMGFMT_END past the last one.  Pointers are borrowed from the image.
 */
struct imgfmt_note {
	const char *owner;	/* terminated */
	const void *desc;
	uint32_t size, type;
	uint64_t offset;	/* of the note in the input */
};
IMGFMT_API int imgfmt_image_note(const struct imgfmt_image *image, size_t i,
				 struct imgfmt_note *ret);

/* A program header as it stands in the input. */
struct imgfmt_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, file_size, memory_size, align;
};
IMGFMT_API int imgfmt_image_segment(const struct imgfmt_image *image, size_t i,
				    struct imgfmt_segment *ret);

/* A named part of the file, in the order of the file. */
struct imgfmt_region {
	const char *name;
	uint64_t offset, size;
};
IMGFMT_API int imgfmt_image_region(const struct imgfmt_image *image, size_t i,
				   struct imgfmt_region *ret);

struct imgfmt_backup_run {
	uint64_t destination, backup, pages;
};
IMGFMT_API int imgfmt_image_backup_run(const struct imgfmt_image *image,
				       size_t i, struct imgfmt_backup_run *ret);

struct imgfmt_memory_range {
	uint64_t first, bytes;
};
IMGFMT_API int imgfmt_image_memory_range(const struct imgfmt_image *image,
					 size_t i,
					 struct imgfmt_memory_range *ret);

#define IMGFMT_MAPPING_ALIAS	(1U << 0)
struct imgfmt_mapping {
	uint64_t vaddr, paddr, bytes;
	uint32_t flags, reserved;
};
IMGFMT_API int imgfmt_image_mapping(const struct imgfmt_image *image, size_t i,
				    struct imgfmt_mapping *ret);

/* VMCOREINFO's text; IMGFMT_END if the image has none. */
IMGFMT_API int imgfmt_image_vmcoreinfo(const struct imgfmt_image *image,
				       const char **text_ret, size_t *size_ret);
/* The bytes a signature signs; IMGFMT_END if there are none (yet). */
IMGFMT_API int imgfmt_image_manifest(const struct imgfmt_image *image,
				     const void **data_ret, size_t *size_ret);

struct imgfmt_manifest_opts {
	size_t	 struct_size;
	uint32_t threads;	/* IMGFMT_THREADS_MAX or less; 0: the caller's alone */
	uint32_t reserved;
	struct imgfmt_progress progress;
};
/*
 * The same for an image of any format: one that has no manifest inside is read
 * as a whole to make one (spec/manifest.md).  Free *@data_ret with free().
 * IMGFMT_E_SEEK for a pipe; IMGFMT_E_UNSUPPORTED where there can be none.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_manifest_make(struct imgfmt_image *image,
			 const struct imgfmt_manifest_opts *opts,
			 void **data_ret, size_t *size_ret,
			 struct imgfmt_error *err);

struct imgfmt_resume {
	uint32_t state, count;	/* enum imgfmt_resume_state */
	uint64_t time;
	const char *who, *reason;
};
IMGFMT_API int imgfmt_image_resume(const struct imgfmt_image *image,
				   struct imgfmt_resume *ret);

struct imgfmt_slot {
	uint32_t kind;		/* 0: the slot is free */
	uint32_t size;
	const void *signature;
};
IMGFMT_API int imgfmt_image_slot(const struct imgfmt_image *image, size_t i,
				 struct imgfmt_slot *ret);

struct imgfmt_slots_opts {
	size_t	 struct_size;
	uint64_t offset;	/* bytes before the image, as it was opened with */
	uint32_t clear;		/* slots to empty, bit 0 is the first */
	uint32_t reserved;
	/* To be put into a free slot, or NULL. */
	const void *signature;
	size_t	 signature_size;
};
/*
 * Change the signature slots of the sealed image at @path, which is opened as
 * @image, in place (spec 12.2): the new signature is written and flushed before
 * another is emptied, so that at each moment the old ones stand, or the new
 * one.  Only where all slots are in use, one of those to be emptied goes first.
 * Slots that are damaged, as by a power cut in a write, are emptied with them.
 * The image must not have changed since it was opened, and nobody else change
 * it meanwhile (IMGFMT_E_OS with EBUSY).  *@slot_ret: the slot of the new one, or -1.
 *
 * IMGFMT_E_UNSUPPORTED: an image without slots.  IMGFMT_E_LIMIT: no slot is
 * free.  IMGFMT_E_UNFIT: it was changed meanwhile.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_slots_write(const struct imgfmt_image *image, const char *path,
		       const struct imgfmt_slots_opts *opts, int *slot_ret,
		       struct imgfmt_error *err);

/*
 * What a foreign image tells that has no other place: row @i, or IMGFMT_END.
 * Names are words of lower case joined by "_"; which there are depends on the
 * format (imgfmt(5)).  Pointers are borrowed from the image.
 */
enum imgfmt_fact_kind {
	IMGFMT_FACT_TEXT = 1,		/* text */
	IMGFMT_FACT_NUMBER = 2,		/* number; bytes if named "..._size" */
	IMGFMT_FACT_BYTES = 3,		/* bytes, size */
	IMGFMT_FACT_ADDRESS = 4		/* number, for hexadecimal */
};
struct imgfmt_fact {
	const char *name;
	uint32_t kind, size;
	uint64_t number;
	const char *text;
	const void *bytes;
};
IMGFMT_API int imgfmt_image_fact(const struct imgfmt_image *image, size_t i,
				 struct imgfmt_fact *ret);

/*
 * What is wrong with an image that was opened all the same, the first finding
 * only, of any status that opening may fail with; IMGFMT_END if nothing is.
 */
IMGFMT_API int imgfmt_image_damage(const struct imgfmt_image *image,
				   struct imgfmt_error *ret);

/* ---- Reading pages: one cursor for each thread ----------------------- */

struct imgfmt_cursor;

/* Check the digest of every block that is read, not only its checksum. */
#define IMGFMT_CURSOR_VERIFY	(1U << 0)

struct imgfmt_cursor_opts {
	size_t	 struct_size;
	uint32_t view;		/* 0: the image's own */
	uint32_t flags;
	uint64_t cache;		/* most bytes of decompressed blocks, taken as
				   they are read; 0: 512 MiB */
};

/* Holds a reference to the image. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_cursor_new(struct imgfmt_image *image,
		      const struct imgfmt_cursor_opts *opts,
		      struct imgfmt_cursor **ret, struct imgfmt_error *err);
IMGFMT_API void imgfmt_cursor_free(struct imgfmt_cursor *cursor);

/* Frames of one state and class. */
struct imgfmt_run {
	uint64_t pfn, pages;
	uint32_t state;		/* never IMGFMT_HOLE: holes lie between runs */
	uint32_t class_id;
};
/*
 * The first run at or after @pfn, cut to begin there; IMGFMT_END behind the
 * last.  Runs may be shorter than maximal.  In an image that does not tell
 * zero from stored (an ELF core) every present page counts as stored.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_cursor_run(struct imgfmt_cursor *cursor, uint64_t pfn,
		      struct imgfmt_run *ret, struct imgfmt_error *err);

/* One page; IMGFMT_E_ABSENT for a hole or an excluded frame. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_read_pfn(struct imgfmt_cursor *cursor, uint64_t pfn, void *page,
		    struct imgfmt_error *err);
/* Bytes at a physical address; fails as a whole if one page is absent. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_read_phys(struct imgfmt_cursor *cursor, uint64_t paddr, void *buf,
		     size_t len, struct imgfmt_error *err);

/* ---- The saved kernel ------------------------------------------------- */

/*
 * What the saved kernel tells about itself, out of its own memory: nothing but
 * the image is needed.  Addresses and frames are of the original view.
 * Architectures: x86_64 and aarch64, little-endian; of others only VMCOREINFO.
 */
struct imgfmt_kernel;

/* Look for VMCOREINFO in the memory only if the input's format has no notes. */
#define IMGFMT_KERNEL_QUICK	(1U << 0)

struct imgfmt_kernel_opts {
	size_t	 struct_size;
	uint32_t flags;
	uint32_t reserved;
	/* Frames to look at at most for a VMCOREINFO; 0: all. */
	uint64_t search_frames;
	struct imgfmt_progress progress;	/* of that search */
	/* In the place of note and memory; lives as long as the kernel, not
	   terminated; NULL: these. */
	const char *vmcoreinfo;
	size_t	 vmcoreinfo_size;
};

/*
 * The kernel of an image.  VMCOREINFO is taken from its note; without one it
 * is looked for in the memory, and taken only if it describes it.  Holds a
 * reference to the image and belongs to one thread at a time.
 * IMGFMT_E_ABSENT: there is no VMCOREINFO.  IMGFMT_E_SEEK: it would have to be
 * looked for in a pipe.  With a note, but without memory that can be read (a
 * pipe, the jump view without a backup map), only the note's text is told, and
 * what needs the memory fails with one of these two.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_kernel_new(struct imgfmt_image *image,
		      const struct imgfmt_kernel_opts *opts,
		      struct imgfmt_kernel **ret, struct imgfmt_error *err);
IMGFMT_API void imgfmt_kernel_free(struct imgfmt_kernel *kernel);

enum imgfmt_vmcoreinfo_origin {
	IMGFMT_VMCOREINFO_NOTE = 1,	/* a note of the image */
	IMGFMT_VMCOREINFO_MEMORY = 2,	/* the memory, frame vmcoreinfo_pfn */
	IMGFMT_VMCOREINFO_GIVEN = 3	/* the caller */
};
/* "note", "memory" or "given"; NULL if there is no such origin. */
IMGFMT_API const char *imgfmt_vmcoreinfo_origin_name(int origin);

struct imgfmt_kernel_info {
	size_t	 struct_size;
	/* Never NULL, empty if not known; any bytes.  Names as uname gave. */
	const char *release, *version, *nodename;
	uint32_t origin;	/* enum imgfmt_vmcoreinfo_origin */
	/* The page tables proved themselves: virtual addresses can be read. */
	uint8_t	 translates;
	uint8_t	 has_kaslr_offset, has_phys_base, has_page_offset;
	uint64_t vmcoreinfo_pfn;	/* or IMGFMT_NOWHERE */
	uint64_t kaslr_offset;	/* how far the kernel moved itself */
	uint64_t phys_base;	/* x86_64: physical minus linked address */
	uint64_t page_offset;	/* virtual address of physical 0 in the direct
				   map, modulo 2^64 */
	uint32_t address_bits;	/* of virtual addresses; 0 not known */
	uint32_t table_levels;	/* of page tables; 0 not known */
};
/* Fill in what the caller's struct_size has room for. */
IMGFMT_API void imgfmt_kernel_info(const struct imgfmt_kernel *kernel,
				   struct imgfmt_kernel_info *ret);
/* The text, lines "KEY=VALUE"; borrowed from @kernel, not terminated. */
IMGFMT_API void imgfmt_kernel_vmcoreinfo(const struct imgfmt_kernel *kernel,
					 const char **text_ret,
					 size_t *size_ret);

/*
 * The physical address of a kernel's virtual one, and the bytes of the page
 * that maps it (NULL: not asked).  IMGFMT_E_ABSENT: nothing is mapped there, a
 * page table is not in the image, or they are not known.  IMGFMT_E_SEEK: the
 * input is a pipe.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_kernel_translate(struct imgfmt_kernel *kernel, uint64_t vaddr,
			    uint64_t *paddr_ret, uint64_t *page_bytes_ret,
			    struct imgfmt_error *err);
/* Bytes at a kernel's virtual address; fails as a whole. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_read_virt(struct imgfmt_kernel *kernel, uint64_t vaddr, void *buf,
		     size_t len, struct imgfmt_error *err);

/* A record of the kernel's log, valid during the call. */
struct imgfmt_log_record {
	uint64_t seq;		/* its number; kernels before 5.10: from 0 */
	uint64_t time_ns;	/* since the boot */
	const char *text;	/* any bytes, not terminated; a newline is
				   inside only */
	size_t	 size;		/* at most 65535 */
	int32_t	 level;		/* 0 (emergency) to 7 (debug), -1 unknown */
	uint8_t	 has_caller, reserved[3];
	uint32_t caller;	/* a thread's id, or with bit 31 a processor */
};
/* Another value than 0 ends it: IMGFMT_E_CANCELLED. */
typedef int imgfmt_log_fn(void *ctx, const struct imgfmt_log_record *record);
/*
 * The log, from the oldest record on: that of Linux 3.5 and later.  At most
 * 256 MiB of text and 2^23 records.  IMGFMT_E_ABSENT: VMCOREINFO does not tell
 * where it is, or its memory is not in the image; IMGFMT_E_CORRUPT: that is
 * no log.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_kernel_log(struct imgfmt_kernel *kernel, imgfmt_log_fn *fn,
		      void *ctx, struct imgfmt_error *err);

/* ---- One pass over an image, from a pipe too ------------------------- */

struct imgfmt_stream;

struct imgfmt_item {
	uint64_t pfn, pages;	/* frames of one state and class */
	uint32_t state, class_id;
	const void *data;	/* stored pages, valid until the next call */
};
/* Takes the image's view and holds a reference to it. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_stream_new(struct imgfmt_image *image, struct imgfmt_stream **ret,
		      struct imgfmt_error *err);
/*
 * The next run of at most a block's pages, rising; IMGFMT_END once the whole
 * image was read and its tables and commit record proved right.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_stream_next(struct imgfmt_stream *stream, struct imgfmt_item *ret,
		       struct imgfmt_error *err);
IMGFMT_API void imgfmt_stream_free(struct imgfmt_stream *stream);

/* ---- Facts of a machine ---------------------------------------------- */

struct imgfmt_machine;

/* From a text file, or with NULL from the running Linux system. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_machine_load(const char *path, struct imgfmt_machine **ret,
			struct imgfmt_error *err);
IMGFMT_API void imgfmt_machine_free(struct imgfmt_machine *machine);
/*
 * The text that a machine is loaded from, line by line with the newline;
 * ends with what @write returns if that is not 0.
 */
IMGFMT_API
int imgfmt_machine_print(const struct imgfmt_machine *machine,
			 int (*write)(void *ctx, const char *line, size_t len),
			 void *ctx);

/* ---- Making an image: the one pipeline ------------------------------- */

#define IMGFMT_CONVERT_CONTENT_DIGESTS	(1U << 0)
#define IMGFMT_CONVERT_SALVAGE		(1U << 1)	/* leave out what is damaged */

#define IMGFMT_CONVERT_KEEP_ZERO	(1U << 2)	/* store zero pages too */
/*
 * Write an image back for the kernel though it was consumed (resumed from, or
 * taken back): that destroys what has changed since, file systems above all.
 */
#define IMGFMT_CONVERT_USED		(1U << 3)
/*
 * Write an image back to another swap area than it was in, though the system
 * has memory in that one which the image does not hold.
 */
#define IMGFMT_CONVERT_ELSEWHERE	(1U << 4)

/*
 * Write nothing: tell what there would be to store and to leave out, and what
 * to expect of it.
 * bytes_written is 0, and so are segments and uuid.
 */
#define IMGFMT_CONVERT_DRY_RUN		(1U << 5)

/*
 * Write an output although the classes of pages, as the saved kernel's memory
 * tells them, are not plausible.  Pages of the classes in doubt are kept.
 */
#define IMGFMT_CONVERT_IMPLAUSIBLE	(1U << 6)

/*
 * Take classes as makedumpfile 1.7.7 does, quirks included, for comparing with
 * it: exclude is one of its dump levels then, offline and hwpoison always set.
 * Frames behind the last section with struct pages become holes.
 */
#define IMGFMT_CONVERT_MAKEDUMPFILE	(1U << 7)

/*
 * Find the backup map in the memory of the input, which waits in a kexec jump:
 * it takes random access, VMCOREINFO, the entry, and a kernel whose control page
 * is known (spec 6.10).  IMGFMT_E_UNSUPPORTED with its release if it is not.
 */
#define IMGFMT_CONVERT_FIND_BACKUP_MAP	(1U << 8)

/*
 * Bits of exclude: a class to leave out.  An image that does not tell the
 * classes of its pages is asked for them through the saved kernel (x86_64 and
 * aarch64): it takes random access, a VMCOREINFO, and the original view or a
 * backup map.  What the jump of a known kernel takes is never left out.
 */
#define IMGFMT_EXCLUDE(class_id)	(1U << (class_id))

struct imgfmt_convert_opts {
	size_t	 struct_size;
	const char *to;		/* a sink's name; NULL: "packed" */
	const char *codec;	/* "zstd", "lz4:3"; NULL: keep, else zstd */
	uint32_t flags;
	uint32_t exclude;	/* classes to leave out */
	uint32_t block_pages;	/* 0: keep the image's, else 64 */
	uint32_t threads;	/* IMGFMT_THREADS_MAX or less; 0: the caller's alone */
	uint32_t view;		/* of the output; 0: original if it can be */
	uint32_t source_view;	/* 0: as the image says; if it does, no other */
	uint32_t kind;		/* 0: as the image says */
	uint32_t has_entry;	/* replace the image's entry */
	uint64_t entry;
	const struct imgfmt_backup_run *backup_map;	/* replaces; NULL: keep */
	size_t	 backup_runs;
	const struct imgfmt_machine *machine;	/* its memory map */
	struct imgfmt_progress progress;
	/* Told of frames that could not be saved (IMGFMT_CONVERT_SALVAGE). */
	void	(*lost)(void *ctx, const struct imgfmt_run *run);
	void	*lost_ctx;
	/*
	 * Told, before anything is written, that the backup map or the entry
	 * given here is not of this source, so that no resume can come of it;
	 * of what IMGFMT_CONVERT_USED and IMGFMT_CONVERT_ELSEWHERE let pass, or
	 * that a swap area has not the UUID that the image was under; and of
	 * what makes the classes of pages doubtful.  With any such doubt the
	 * conversion fails with IMGFMT_E_CORRUPT, before anything is written,
	 * if not IMGFMT_CONVERT_IMPLAUSIBLE or IMGFMT_CONVERT_DRY_RUN is set.
	 */
	void	(*caution)(void *ctx, const struct imgfmt_error *what);
	void	*caution_ctx;
	/* Signs what is written, a sealed image; NULL: nobody does. */
	const struct imgfmt_signer *signer;
	/*
	 * VMCOREINFO in the place of what the image has or lacks; borrowed,
	 * not terminated; NULL: the image's.  It must prove itself by the page
	 * tables in the memory, which takes random access: IMGFMT_E_ABSENT if
	 * it does not.  The output has it as a note.
	 */
	const char *vmcoreinfo;
	size_t	 vmcoreinfo_size;
	/*
	 * PT_LOAD segments of the output at most, aliases of the original view
	 * among them; 0: any number.  For it frames that are left out are
	 * taken back, those between the closest segments first: with what the
	 * input has, or, of classes that no resume needs, with zeros.
	 * IMGFMT_E_USAGE if that is not enough.
	 */
	uint32_t max_segments;
	uint32_t reserved;
};

/* What of the kernel a conversion found in the memory of an input whose
   format has no notes. */
enum imgfmt_recovery {
	IMGFMT_RECOVERY_UNNEEDED = 0,	/* the input tells it, or never can */
	IMGFMT_RECOVERED = 1,		/* VMCOREINFO and mappings */
	IMGFMT_RECOVERED_NOTE = 2,	/* VMCOREINFO; no mappings */
	IMGFMT_RECOVERED_NOTHING = 3	/* nothing: debuggers will miss it */
};
/* "vmcoreinfo and mappings", "vmcoreinfo", "nothing"; NULL if unneeded. */
IMGFMT_API const char *imgfmt_recovery_name(int recovery);

struct imgfmt_convert_result {
	size_t	 struct_size;
	uint64_t stored_pages, zero_pages, excluded_pages, lost_pages;
	uint64_t pages_by_class[IMGFMT_CLASSES];	/* left out */
	uint64_t bytes_read;	/* of page data in the input's memory */
	uint64_t bytes_written;
	uint64_t segments;	/* PT_LOAD of a plain or ELF output */
	uint8_t	 uuid[16];
	uint32_t level;
	uint32_t unverified;	/* pages salvaged without a digest to prove them */
	uint32_t recovery;	/* enum imgfmt_recovery */
	/* That were told about the classes of pages; also where the conversion
	   failed because of them. */
	uint32_t doubts;
	uint64_t resume_offset;	/* pages, of an image in swap */
	uint64_t taken_back_pages;	/* for max_segments */
	/* Of a dry run, by a sample of the blocks; 0: not known. */
	uint64_t expected_bytes, expected_ns, sampled_blocks;
};

/* Write @image to @out as @opts asks; the output is complete on success. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_convert(struct imgfmt_image *image,
		   const struct imgfmt_convert_opts *opts,
		   struct imgfmt_output *out,
		   struct imgfmt_convert_result *ret, struct imgfmt_error *err);

/*
 * Read a VMCOREINFO: lines "KEY=VALUE", OSRELEASE first, at most 64 KiB, as a
 * kernel writes them.  Free the text, which is not terminated, with free().
 * IMGFMT_E_USAGE: it is something else.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_vmcoreinfo_load(const char *path, char **ret, size_t *size_ret,
			   struct imgfmt_error *err);

/*
 * Read a backup map: lines "DESTINATION BACKUP", frame numbers in hexadecimal
 * with or without 0x, as a kernel exports them; "#" begins a comment.  The
 * rules of spec 6.4 are checked.  @memlimit: bytes for the map; 0: 1 GiB.
 * Free the runs with free().
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_backup_map_load(const char *path, uint64_t memlimit,
			   struct imgfmt_backup_run **ret, size_t *count_ret,
			   struct imgfmt_error *err);

/* ---- Writing an image page by page ----------------------------------- */

struct imgfmt_writer;

struct imgfmt_write_opts {
	size_t	 struct_size;
	/* Without exclude, source_view, machine, lost, caution, vmcoreinfo
	   and max_segments; entry always counts. */
	struct imgfmt_convert_opts convert;
	uint32_t page_size;
	uint16_t machine;
	uint8_t	 big_endian, free_policy, poison;
	uint8_t	 reserved[7];
	uint64_t time;
	const char *release, *version;
	const struct imgfmt_run *runs;	/* every frame: state and class */
	size_t	 run_count;
	const struct imgfmt_note *notes;	/* to pass through */
	size_t	 note_count;
	const struct imgfmt_mapping *mappings;
	size_t	 mapping_count;
};

/* Everything but page contents is known from the start. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_writer_new(const struct imgfmt_write_opts *opts,
		      struct imgfmt_output *out, struct imgfmt_writer **ret,
		      struct imgfmt_error *err);
/* The next present pages, rising; zero ones are found. */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_writer_pages(struct imgfmt_writer *writer, uint64_t pfn,
			uint64_t pages, const void *data,
			struct imgfmt_error *err);
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_writer_finish(struct imgfmt_writer *writer,
			 struct imgfmt_convert_result *ret,
			 struct imgfmt_error *err);
/* Before imgfmt_writer_finish(): gives up; nothing stays behind. */
IMGFMT_API void imgfmt_writer_free(struct imgfmt_writer *writer);

/* ---- Verifying -------------------------------------------------------- */

enum imgfmt_depth {
	IMGFMT_DEPTH_QUICK = 1,	/* front, tables, marks; no page data */
	IMGFMT_DEPTH_FULL = 2,	/* and every stored byte against its digest */
	IMGFMT_DEPTH_DEEP = 3	/* and every block decompressed */
};

#define IMGFMT_VERIFY_RESUMABLE	(1U << 0)	/* the RSM rules too */

enum imgfmt_severity {
	IMGFMT_FINDING_NOTE = 1,	/* worth knowing */
	IMGFMT_FINDING_ERROR = 2	/* a rule is broken */
};

struct imgfmt_verify_opts {
	size_t	 struct_size;
	uint32_t depth;		/* 0: full */
	uint32_t flags;
	uint32_t threads;	/* IMGFMT_THREADS_MAX or less; 0: the caller's alone */
	uint32_t reserved;
	void	(*finding)(void *ctx, int severity,
			   const struct imgfmt_error *what);
	void	*ctx;
	const struct imgfmt_machine *machine;	/* would it resume here */
	const char *kernel;	/* the release the image must have */
	struct imgfmt_progress progress;
};

struct imgfmt_report {
	size_t	 struct_size;
	uint64_t errors, notes;
	uint64_t blocks, bytes;	/* checked */
	int32_t	 status;	/* of the first error, else 0 */
	uint32_t digests;	/* whether there were digests to check */
	/* Asked for a resume: its kernel resumes it from swap, once the image
	   is written back there. */
	uint32_t from_swap;
	uint32_t reserved;
};

/*
 * Check an image.  Returns IMGFMT_OK if the check could be made, whatever it
 * found; the findings are told one by one and counted in @ret.
 */
IMGFMT_API IMGFMT_MUST_CHECK
int imgfmt_verify(struct imgfmt_image *image,
		  const struct imgfmt_verify_opts *opts,
		  struct imgfmt_report *ret, struct imgfmt_error *err);

#ifdef __cplusplus
}
#endif
#endif /* IMGFMT_H */
