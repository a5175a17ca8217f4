/** The most items that a page of a list holds, in VPC and in CBN. */
export const PAGE_SIZE = 50;
