"""The sandbox over SMTP: what comes as a message is sent as SingleSendMail sends."""
