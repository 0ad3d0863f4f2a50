using Netcd.Base.GoSyntax;
using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>The one argument of commands about a member: its ID, hexadecimal.</summary>
internal static class MemberArgument
{
    public static ulong Read(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("member ID is not provided");
        }

        return GoNumber.TryParseUInt64(invocation.Arguments[0], 16, out var id, out var error)
            ? id
            : throw Arguments.Bad($"bad member ID arg ({error}), expecting ID in Hex");
    }
}
