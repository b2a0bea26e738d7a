/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay - a target without a fuzzer: each file, and each in a folder, once
 *
 * A fuzzer brings its own main(); then this one is not linked.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

static const char *current;

/* Tell which file it was before the end. */
static void tell(int signal_number)
{
	ssize_t n = write(STDERR_FILENO, current, strlen(current));

	n += write(STDERR_FILENO, "\n", 1);
	signal(signal_number, n < 0 ? SIG_IGN : SIG_DFL);
	raise(signal_number);
}

static int replay_file(const char *path, size_t size)
{
	uint8_t *data = malloc(size ? size : 1);
	FILE *file = fopen(path, "rb");
	size_t got;

	if (!data || !file) {
		free(data);
		perror(path);
		return -1;
	}
	got = fread(data, 1, size, file);
	fclose(file);
	current = path;
	LLVMFuzzerTestOneInput(data, got);
	free(data);
	return 0;
}

static int replay(const char *path);

static int replay_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort), bad = 0;

	for (int i = 0; i < count; i++) {
		char *name;

		if (entries[i]->d_name[0] != '.' &&
		    asprintf(&name, "%s/%s", path, entries[i]->d_name) >= 0) {
			bad |= replay(name);
			free(name);
		}
		free(entries[i]);
	}
	if (count < 0) {
		perror(path);
		return -1;
	}
	free(entries);
	return bad;
}

static int replay(const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		perror(path);
		return -1;
	}
	return S_ISDIR(st.st_mode) ? replay_folder(path) :
				     replay_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
	int bad = 0;

	signal(SIGABRT, tell);
	for (int i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
