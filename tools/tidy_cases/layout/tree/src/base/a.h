/* A case. */ 
/*	B */
/* C */