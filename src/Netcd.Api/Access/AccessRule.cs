namespace Netcd.Api.Access;

/// <summary>What a method asks of its caller while auth is on.</summary>
internal enum AccessRule
{
    /// <summary>Nothing; not even a bad token is looked at.</summary>
    Open,

    /// <summary>
    /// A token, if there is one, must be good. The method checks the rights to the keys that a request names; without a
    /// user there are none.
    /// </summary>
    Keys,

    /// <summary>
    /// A token, if there is one, must be good. The rights are checked when the request is applied, as of that entry.
    /// </summary>
    Applied,

    /// <summary>Some user, whoever it is; what is to be checked beyond that the method checks.</summary>
    User,

    /// <summary>A user with role root.</summary>
    Root,
}
