/* A case. */
long f(void)
{
    return time(NULL);
}
