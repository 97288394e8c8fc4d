const a = 1; 
