/* `decode_alone ADAPTER …` is `chancery decode ADAPTER …` and nothing else, so that a peer can talk
 * to an adapter without a mission. */
#include "main/verb_decode.h"

int main(int argc, char **argv)
{
    return decode_verb(argc, argv, stdin, stdout, stderr);
}
