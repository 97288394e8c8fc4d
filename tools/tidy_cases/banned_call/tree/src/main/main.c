/* A case. */
void f(void)
{
    exit(1);
    _exit(system("x"));
}
