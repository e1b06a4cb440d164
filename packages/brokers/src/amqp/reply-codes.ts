/** The queue or exchange is not there. https://www.rabbitmq.com/docs/channels#error-handling */
export const NOT_FOUND = 404;
