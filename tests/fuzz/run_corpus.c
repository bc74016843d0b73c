/*
 * run_corpus: a main() for a fuzz target without libFuzzer. Runs every file
 * given, or every file of every folder given, through it once. Fails when
 * there was none.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static unsigned long run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = file == NULL ? NULL : malloc(FILE_BYTES_MAX);
	uint8_t *exact;
	size_t len;

	if (data == NULL) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	len = fread(data, 1, FILE_BYTES_MAX, file);
	fclose(file);
	exact = malloc(len == 0 ? 1 : len); /* so that reading past its end is noticed */
	if (exact == NULL)
		exit(1);
	memcpy(exact, data, len);
	free(data);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 1;
}

static unsigned long run_path(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	unsigned long count = 0;
	char name[4096];

	if (folder == NULL)
		return run_file(path);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		count += run_file(name);
	}
	closedir(folder);
	return count;
}

int main(int argc, char **argv)
{
	unsigned long count = 0;

	for (int i = 1; i < argc; i++)
		count += run_path(argv[i]);
	printf("%lu inputs\n", count);
	return count > 0 ? 0 : 1;
}
