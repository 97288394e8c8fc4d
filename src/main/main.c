/* What has to be so before the first byte is read: nobody else may read what is written here, nor
 * look into this program. Everything else is cli.c's. */
#include "main/agents.h"
#include "main/cli.h"
#include "main/sandbox.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    umask(077); /* whatever is written here is nobody else's */
    if (sodium_init() < 0) {
        fputs("chancery: the kernel gives no random bytes\n", stderr);
        return EXIT_REFUSED;
    }
    if (!sandbox_hide_memory()) {
        fputs("chancery: the kernel does not hide the memory of this program\n", stderr);
        return EXIT_REFUSED;
    }
    int role = agents_main(count, arguments);
    if (role >= 0)
        _exit(role); /* threads of it may still be at work */
    return cli_main(count, arguments, stdout, stderr);
}
