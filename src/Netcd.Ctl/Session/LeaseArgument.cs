using Netcd.Base.GoSyntax;

namespace Netcd.Ctl.Session;

/// <summary>Lease IDs on the command line are hexadecimal.</summary>
internal static class LeaseArgument
{
    public static long Read(string argument) =>
        GoNumber.TryParseInt64(argument, 16, out var id, out var error)
            ? id
            : throw Arguments.Bad($"bad lease ID arg ({error}), expecting ID in Hex");
}
