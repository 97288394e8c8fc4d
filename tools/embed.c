/*
 * embed: puts the console's files into the program.
 *
 *     embed FOLDER OUT.S OUT.c OUT.d [NAME [SUFFIX [WITHOUT]]]
 *
 * Every file of FOLDER becomes three runs of bytes in OUT.S (as it is, gzip, brotli; by .incbin,
 * which costs the compiler nothing) and one row of the table in OUT.c, sorted by path, as
 * base/asset.h has it. A packed form that is not smaller is left out. OUT.d names the files for
 * ninja. A FOLDER that does not exist gives an empty table. The packed bytes are kept beside OUT.S.
 *
 * The ETag is the start of the SHA-256 of the file; the web server adds a suffix for each encoding.
 * With a NAME the table is called that, and no packed forms are made: content/ is read by the
 * program itself. With a SUFFIX only the files are taken whose names end so, and folders that are
 * called WITHOUT are left out.
 *
 * Vite puts a hash into the names under assets/, so that a name there never changes its content:
 * those are immutable.
 */
#include <brotli/encode.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <assert.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096, FILES_MAX = 4096, FILE_BYTES_MAX = 64 << 20, ETAG_BYTES = 16 };

static const struct {
    const char *suffix;
    const char *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".geojson", "application/geo+json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
};

struct bytes {
    uint8_t *at;
    size_t length;
};

struct list {
    char *paths[FILES_MAX]; /* relative to the folder */
    size_t count;
};

[[gnu::noreturn]] static void die(const char *what, const char *path)
{
    fprintf(stderr, "embed: %s: ", path);
    perror(what);
    exit(1);
}

/* ---- the files ---- */

static void join(char path[PATH_BYTES_MAX], const char *folder, const char *name)
{
    int length = snprintf(path, PATH_BYTES_MAX, "%s%s%s", folder, *folder != '\0' ? "/" : "", name);
    assert(length < PATH_BYTES_MAX);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_wanted(const char *name, const char *suffix)
{
    size_t length = strlen(name), wanted = strlen(suffix);
    return length >= wanted && strcmp(name + length - wanted, suffix) == 0;
}

struct filter {
    const char *suffix, *without;
};

static void list_folder(const char *root, const char *folder, const struct filter *filter,
                        struct list *list)
{
    char path[PATH_BYTES_MAX];
    join(path, root, folder);
    DIR *stream = opendir(path);
    if (stream == NULL)
        return;
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        if (entry->d_name[0] == '.')
            continue;
        char inside[PATH_BYTES_MAX];
        join(inside, folder, entry->d_name);
        join(path, root, inside);
        struct stat status;
        if (stat(path, &status) != 0)
            die("stat", path);
        if (S_ISDIR(status.st_mode)) {
            if (strcmp(entry->d_name, filter->without) != 0)
                list_folder(root, inside, filter, list);
        } else if (is_wanted(inside, filter->suffix)) {
            assert(list->count < FILES_MAX);
            list->paths[list->count++] = strdup(inside);
        }
    }
    closedir(stream);
}

static struct bytes read_file(const char *path)
{
    FILE *stream = fopen(path, "rb");
    struct bytes bytes = {malloc(FILE_BYTES_MAX), 0};
    if (stream == NULL || bytes.at == NULL)
        die("open", path);
    bytes.length = fread(bytes.at, 1, FILE_BYTES_MAX, stream);
    if (bytes.length == FILE_BYTES_MAX || ferror(stream))
        die("read", path);
    fclose(stream);
    return bytes;
}

/* ---- packing ---- */

static struct bytes packed_gzip(struct bytes body)
{
    enum { GZIP_HEADER = 16, MEMORY = 9 };
    z_stream stream = {.next_in = body.at, .avail_in = (uInt)body.length};
    int code = deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP_HEADER,
                            MEMORY, Z_DEFAULT_STRATEGY);
    assert(code == Z_OK);
    struct bytes packed = {NULL, deflateBound(&stream, body.length)};
    packed.at = malloc(packed.length);
    assert(packed.at != NULL);
    stream.next_out = packed.at;
    stream.avail_out = (uInt)packed.length;
    code = deflate(&stream, Z_FINISH);
    assert(code == Z_STREAM_END);
    packed.length = stream.total_out;
    deflateEnd(&stream);
    return packed;
}

static struct bytes packed_brotli(struct bytes body)
{
    struct bytes packed = {NULL, BrotliEncoderMaxCompressedSize(body.length)};
    packed.at = malloc(packed.length);
    assert(packed.at != NULL);
    BROTLI_BOOL good =
        BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_TEXT,
                              body.length, body.at, &packed.length, packed.at);
    assert(good == BROTLI_TRUE);
    return packed;
}

/* ---- the output ---- */

struct output {
    const char *name; /* of the table; its symbols begin with it */
    bool packed;
    const char *assembly_path;
    FILE *assembly;
    FILE *table;
    FILE *depends;
};

static FILE *create(const char *path)
{
    FILE *stream = fopen(path, "wb");
    if (stream == NULL)
        die("create", path);
    return stream;
}

/* The bytes as symbol asset_NUMBER_FORM, kept in a file of that name beside the assembly. */
static void write_bytes(struct output *out, size_t number, const char *form, struct bytes bytes)
{
    char path[PATH_BYTES_MAX];
    snprintf(path, sizeof path, "%s.%zu.%s", out->assembly_path, number, form);
    FILE *stream = create(path);
    if (fwrite(bytes.at, 1, bytes.length, stream) != bytes.length || fclose(stream) != 0)
        die("write", path);
    fprintf(out->assembly,
            ".globl %1$s_%2$zu_%3$s\n.hidden %1$s_%2$zu_%3$s\n.balign 16\n%1$s_%2$zu_%3$s:\n"
            ".incbin \"%4$s\"\n",
            out->name, number, form, path);
    fprintf(out->table, "extern const unsigned char %s_%zu_%s[];\n", out->name, number, form);
}

static const char *type_of(const char *path)
{
    const char *suffix = strrchr(path, '.');
    for (size_t i = 0; suffix != NULL && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(suffix, types[i].suffix) == 0)
            return types[i].type;
    }
    return "application/octet-stream";
}

static void etag_of(struct bytes body, char etag[2 * ETAG_BYTES + 1])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    int good = EVP_Digest(body.at, body.length, digest, NULL, EVP_sha256(), NULL);
    assert(good == 1);
    for (size_t i = 0; i < ETAG_BYTES; i++)
        snprintf(etag + 2 * i, 3, "%02x", digest[i]);
}

/* The declarations go to the table file at once; the row is kept in `rows` until all are declared.
 */
static void embed_file(struct output *out, const char *root, const char *path, size_t number,
                       FILE *rows)
{
    char name[PATH_BYTES_MAX];
    join(name, root, path);
    struct bytes body = read_file(name);
    struct bytes gzip = out->packed ? packed_gzip(body) : (struct bytes){0};
    struct bytes brotli = out->packed ? packed_brotli(body) : (struct bytes){0};
    char etag[2 * ETAG_BYTES + 1];
    etag_of(body, etag);

    write_bytes(out, number, "body", body);
    fprintf(rows, "    {\"/%s\", \"%s\", \"%s\", %s_%zu_body, ", path, type_of(path), etag,
            out->name, number);
    const struct {
        const char *form;
        struct bytes bytes;
    } packed[] = {{"gzip", gzip}, {"brotli", brotli}};
    for (size_t i = 0; i < 2; i++) {
        if (out->packed && packed[i].bytes.length < body.length) {
            write_bytes(out, number, packed[i].form, packed[i].bytes);
            fprintf(rows, "%s_%zu_%s, ", out->name, number, packed[i].form);
        } else {
            fprintf(rows, "NULL, ");
        }
    }
    fprintf(rows, "%zu, %zu, %zu, %s},\n", body.length, gzip.length < body.length ? gzip.length : 0,
            brotli.length < body.length ? brotli.length : 0,
            strncmp(path, "assets/", 7) == 0 ? "true" : "false");
    fprintf(out->depends, " %s", name);
    free(body.at);
    free(gzip.at);
    free(brotli.at);
}

int main(int argc, char **argv)
{
    static struct list list;
    char *rows_text = NULL;
    size_t rows_length = 0;

    if (argc < 5 || argc > 8) {
        fprintf(stderr, "usage: embed FOLDER OUT.S OUT.c OUT.d [NAME [SUFFIX [WITHOUT]]]\n");
        return 2;
    }
    struct output out = {argc > 5 ? argv[5] : "assets",
                         argc == 5,
                         argv[2],
                         create(argv[2]),
                         create(argv[3]),
                         create(argv[4])};
    FILE *rows = open_memstream(&rows_text, &rows_length);
    assert(rows != NULL);

    const struct filter filter = {argc > 6 ? argv[6] : "", argc > 7 ? argv[7] : ""};
    list_folder(argv[1], "", &filter, &list);
    if (list.count > 0)
        qsort(list.paths, list.count, sizeof list.paths[0], by_path);
    fprintf(out.assembly, ".section .rodata\n");
    fprintf(out.table, "/* Made by tools/embed. */\n#include \"base/asset.h\"\n\n");
    fprintf(out.depends, "%s:", argv[2]);
    if (access(argv[1], F_OK) == 0)
        fprintf(out.depends, " %s", argv[1]);
    for (size_t i = 0; i < list.count; i++) {
        embed_file(&out, argv[1], list.paths[i], i, rows);
        free(list.paths[i]);
    }
    fclose(rows);
    fprintf(out.assembly, ".section .note.GNU-stack,\"\",@progbits\n");
    /* C has no empty arrays: a last row, beyond the count, is always there. */
    fprintf(out.table,
            "\nextern const size_t %1$s_count;\nextern const struct asset %1$s[];\n"
            "const size_t %1$s_count = %2$zu;\nconst struct asset %1$s[] = {\n%3$s    {0},\n};\n",
            out.name, list.count, rows_text);
    fprintf(out.depends, "\n");
    free(rows_text);
    if (fclose(out.assembly) != 0 || fclose(out.table) != 0 || fclose(out.depends) != 0)
        die("write", argv[2]);
    return 0;
}
