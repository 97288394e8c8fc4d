/* A file in memory, its code without comments and literals, and the finding. */
#include "tidy.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_BYTES_MAX = 16 << 20 };

int findings;

[[gnu::format(printf, 3, 4)]] void complain(const char *path, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("%s:%d: ", path, line);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    findings++;
}

bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

bool is_word_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

bool next_line(struct text text, size_t *at, const char **ret_line, size_t *ret_length)
{
    if (*at >= text.length)
        return false;
    const char *line = text.bytes + *at;
    const char *newline = memchr(line, '\n', text.length - *at);
    *ret_line = line;
    *ret_length = newline != NULL ? (size_t)(newline - line) : text.length - *at;
    *at += *ret_length + 1;
    return true;
}

/* ---- blanking ---- */

/* The end of the comment or literal that begins at `at`; `at` itself when none does. */
static size_t skip_uncode(struct text all, size_t at)
{
    const char *bytes = all.bytes;
    size_t end = at;

    if (starts_with(bytes + at, "//")) {
        while (end < all.length && bytes[end] != '\n')
            end++;
    } else if (starts_with(bytes + at, "/*")) {
        const char *close = strstr(bytes + at + 2, "*/");
        end = close != NULL ? (size_t)(close - bytes) + 2 : all.length;
    } else if (bytes[at] == '"' || (bytes[at] == '\'' && (at == 0 || !isdigit(bytes[at - 1])))) {
        end = at + 1;
        while (end < all.length && bytes[end] != bytes[at] && bytes[end] != '\n')
            end += bytes[end] == '\\' ? 2 : 1;
        end = end < all.length ? end + 1 : all.length;
    }
    return end;
}

struct text blanked(struct text all)
{
    struct text code = {malloc(all.length + 1), all.length};
    if (code.bytes == NULL)
        abort();
    memcpy(code.bytes, all.bytes, all.length + 1);
    for (size_t at = 0; at < all.length;) {
        size_t end = skip_uncode(all, at);
        if (end == at)
            end = at + 1;
        else
            for (size_t i = at; i < end; i++)
                code.bytes[i] = all.bytes[i] == '\n' ? '\n' : ' ';
        at = end;
    }
    return code;
}

bool read_whole(const char *path, struct text *ret_text)
{
    struct stat status;
    if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > FILE_BYTES_MAX)
        return false;
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return false;
    char *bytes = malloc((size_t)status.st_size + 1);
    if (bytes == NULL)
        abort();
    size_t length = fread(bytes, 1, (size_t)status.st_size, stream);
    fclose(stream);
    bytes[length] = '\0';
    *ret_text = (struct text){bytes, length};
    return true;
}
