namespace Netcd.Daemon.Discovery;

/// <summary>A refusal of the version 2 keys API.</summary>
internal sealed class KeysException(int code, string message) : Exception(message)
{
    public const int NodeExists = 105;
    public const int EventIndexCleared = 401;

    public int Code { get; } = code;
}
