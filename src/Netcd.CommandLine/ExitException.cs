namespace Netcd.CommandLine;

/// <summary>Ends the program with an exit code, after the line <c>Error: message</c> if there is a message.</summary>
public sealed class ExitException : Exception
{
    public ExitException(int code, string message)
        : base(message)
    {
        Code = code;
        HasMessage = true;
    }

    public ExitException(int code)
        : base($"exit code {code}")
    {
        Code = code;
    }

    public int Code { get; }

    public bool HasMessage { get; }
}
