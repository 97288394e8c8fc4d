#include "support/documents.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

const struct document_words documents_words = {
    .page = {"Page {n} of {m}", 15},
    .withheld = {"Passages withheld: {n}", 22},
    .drill = {"EXERCISE", 8},
    .as_of = {"As of", 5},
    .utc = {"UTC", 3},
    .reader = {"Prepared for", 12},
    .ledger = {"Ledger: {n} events", 18},
    .signed_at = {"Signed", 6},
    .sign = {"Date and signature", 18},
    .nothing = {"Nothing to show", 15},
    .cut = {"{n} characters more are not shown", 33},
};

struct renderer documents_renderer(void)
{
    struct renderer renderer = {.agent.fd = -1};
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    renderer.agent.pid = fork();
    assert_true(renderer.agent.pid >= 0);
    if (renderer.agent.pid == 0) {
        struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
        struct document_libs libs;
        close(pair[0]);
        _exit(rc_ok(document_libs_load(&c, &libs)) ? renderer_run(&libs, pair[1]) : 1);
    }
    close(pair[1]);
    renderer.agent.fd = pair[0];
    return renderer;
}

/* The command before the name of the file, and what stands behind it. */
static const char *run(const char *before, const char *after, struct str pdf)
{
    static char out[1 << 20];
    char path[] = "/tmp/chancery-document-XXXXXX", command[256];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, pdf.ptr, pdf.len), (ssize_t)pdf.len);
    close(fd);
    assert_true(snprintf(command, sizeof command, "%s %s %s", before, path, after) <
                (int)sizeof command);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t len = fread(out, 1, sizeof out - 1, pipe);
    out[len] = '\0';
    int code = pclose(pipe);
    unlink(path);
    if (code != 0)
        fail_msg("%s: exit %d", command, code);
    return out;
}

static void keep(struct str pdf, const char *name)
{
    const char *folder = getenv("CHANCERY_TEST_DOCUMENTS");
    char path[512];
    if (!folder)
        return;
    assert_true(snprintf(path, sizeof path, "%s/%s.pdf", folder, name) < (int)sizeof path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(pdf.ptr, 1, pdf.len, file), pdf.len);
    assert_int_equal(fclose(file), 0);
}

const char *documents_text(struct str pdf, const char *name)
{
    keep(pdf, name);
    return run("pdftotext -layout", "-", pdf);
}

const char *documents_info(struct str pdf)
{
    return run("pdfinfo -isodates", "", pdf);
}

int documents_count(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

int documents_pages(struct str pdf)
{
    return documents_count(run("pdftotext", "-", pdf), "\f");
}
