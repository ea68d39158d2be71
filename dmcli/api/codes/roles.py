"""Codes of STS, which gives temporary keys for a role.

Its page of error codes gives all refusals of a token the status 401.
"""

from dmcli.api.codes.code import Code

# Left as written: one argument a line would double the table.
# fmt: off
CODES: tuple[Code, ...] = (
    Code("EntityNotExist.Role", 404, "The role not exists.",
         "There is no RAM role of that ARN.",
         "Copy the role's ARN again from the RAM console, and see in `dm config check` which profile names it.",
         "不存在该 ARN 对应的 RAM 角色。",
         "请从 RAM 控制台重新复制角色 ARN，并用 `dm config check` 查看是哪个配置指定了它。", 3),
    Code("InvalidParameter.RoleArn", 400, "The parameter RoleArn is wrongly formed.",
         "What the profile gives as the ARN of a role is none.",
         "Give it as the RAM console shows it, such as acs:ram::1234567890123456:role/mailer.",
         "配置中的角色 ARN 格式不正确。",
         "请按 RAM 控制台所示填写，例如 acs:ram::1234567890123456:role/mailer。", 3),
    Code("InvalidParameter.RoleSessionName", 400, "The parameter RoleSessionName is wrongly formed.",
         "The name of the role's session is not acceptable.",
         "Use 2 to 64 letters, digits and . @ - _ for ram_session_name or ALIBABA_CLOUD_ROLE_SESSION_NAME.",
         "角色会话名称不符合要求。",
         "ram_session_name 或 ALIBABA_CLOUD_ROLE_SESSION_NAME 请使用 2 到 64 个字母、数字或 . @ - _。", 3),
    Code("InvalidParameter.DurationSeconds", 400, "The Min/Max value of DurationSeconds is 15min/1hr.",
         "The keys of the role may not last as long as the profile wants.",
         "Lower expired_seconds in the profile, or raise the role's longest session in the RAM console.",
         "配置要求的有效期超出该角色允许的范围。",
         "请调小配置中的 expired_seconds，或在 RAM 控制台调大角色的最大会话时间。", 3),
    Code("InvalidParameter.PolicyGrammar", 400, "The parameter Policy has not passed grammar check.",
         "The policy of the profile, which narrows what the role may do, is not a valid one.",
         "Take the policy out of the profile, or check it in the RAM console.",
         "配置中用于收窄角色权限的 policy 不合法。",
         "请去掉配置中的 policy，或在 RAM 控制台检查其语法。", 3),
    Code("AuthenticationFail.NoPermission", 401, "There is no permission.",
         "The role does not trust this OIDC token, or the OIDC provider is not registered.",
         "Check the role's trust policy and the ARN of the provider in the RAM console.",
         "该角色不信任此 OIDC 令牌，或 OIDC 身份提供商尚未注册。",
         "请在 RAM 控制台检查角色的信任策略和身份提供商 ARN。", 3),
    Code("AuthenticationFail.OIDCToken.Expired", 401, "This JsonWebToken is expired.",
         "The OIDC token in the file has ended.",
         "Find out why nobody writes a new one into the file; dm reads it each time it needs keys.",
         "文件中的 OIDC 令牌已过期。",
         "请检查该文件为何没有写入新的令牌，dm 每次获取密钥时都会读取它。", 3),
    Code("AuthenticationFail.OIDCToken.Invalid", 401, "The Jwt content is invalid that cannot be recognized.",
         "What the file holds is not an OIDC token.",
         "Check that the path of the token file is right, and that the token in it is whole.",
         "文件内容不是有效的 OIDC 令牌。",
         "请检查令牌文件路径是否正确，以及令牌是否完整。", 3),
    Code("AuthenticationFail.OIDCToken.AudienceNotMatch", 401, "Invalid audience.",
         "The OIDC token was made for another audience than the provider expects.",
         "Have it made for sts.aliyuncs.com, or for the client id that is registered with the provider.",
         "OIDC 令牌的受众（audience）与身份提供商的设置不符。",
         "请以 sts.aliyuncs.com 或身份提供商中登记的客户端 ID 作为受众重新签发。", 3),
    Code("AuthenticationFail.OIDCToken.IssuerNotMatch", 401,
         "The issuer in the OIDC Token doesn't match the OIDC Provider registered.",
         "The OIDC token comes from another issuer than the provider that the profile names.",
         "Compare the issuer of the token with that of the provider in the RAM console.",
         "OIDC 令牌的签发者与配置中的身份提供商不一致。",
         "请核对令牌的签发者与 RAM 控制台中身份提供商的签发者。", 3),
)
# fmt: on
