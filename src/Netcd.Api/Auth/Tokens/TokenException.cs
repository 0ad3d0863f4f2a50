namespace Netcd.Api.Auth.Tokens;

/// <summary>A token cannot be made, or none ever with these settings; the text is etcd's.</summary>
public sealed class TokenException(string message) : Exception(message);
