"""Actions that the service has and the sandbox has not (names from SDK alibabacloud-dm20151123 1.11)."""

UNIMPLEMENTED = frozenset(
    (  # noqa: SIM905  a list of forty lines says no more
        "AddIpfilter ChangeDomainDkimRecord CheckDisposable ConfigSetCancelRelationFromAddress ConfigSetCreate "
        "ConfigSetDelete ConfigSetDetail ConfigSetList ConfigSetRelationFromAddress ConfigSetUpdate "
        "CreateUserSuppression DedicatedIpAutoRenewal DedicatedIpChangeWarmupType DedicatedIpList "
        "DedicatedIpNonePoolList DedicatedIpPoolCreate DedicatedIpPoolDelete DedicatedIpPoolList "
        "DedicatedIpPoolUpdate DeleteInvalidAddress DeleteIpfilterByEdmId DeleteValidateFile "
        "GetDedicatedIpWarmUpDetail GetDedicatedIpWarmUpInfo GetIpProtection GetIpfilterList GetSendifyAutoLoginURL "
        "GetSendifyInfo GetSuppressionListLevel GetUser GetValidateFile GetValidateFileStatus GetValidationQuota "
        "ListBlockSending ListUserSuppression ListValidateFile OpenSendifyTrialService RemoveUserSuppression "
        "SendTestByTemplate SendValidateFile SetSuppressionListLevel UnblockSending UpdateIpProtection UpdateUser "
        "ValidateEmail"
    ).split()
)
