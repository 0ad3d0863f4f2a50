using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>A password for a user: asked twice on the terminal, or the next word of the input.</summary>
internal static class NewPassword
{
    public static string Read(Invocation invocation, string user)
    {
        if (!invocation.Bool("interactive"))
        {
            return Arguments.InputWord(invocation.Console);
        }

        var password = invocation.Console.ReadSecret($"Password of {user}: ");
        if (password.Length == 0)
        {
            throw Arguments.Bad("empty password");
        }

        var again = invocation.Console.ReadSecret($"Type password of {user} again for confirmation: ");
        return again == password ? password : throw Arguments.Bad("given passwords are different");
    }
}
