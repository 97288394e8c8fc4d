/* A case. */
void f(char *to, const struct clock *clock)
{
    strcpy(to, "x");
    clock->time(clock);
    clock.random();
    if (atoi (to) > 0 || atoi(to) > 1)
        exit(time(NULL));
}
