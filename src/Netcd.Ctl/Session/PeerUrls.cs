using Netcd.CommandLine;
using Netcd.Server.Boot;

namespace Netcd.Ctl.Session;

/// <summary>URLs of a member's peer port: what is wrong with them is said before anybody is asked.</summary>
internal static class PeerUrls
{
    /// <summary>As they were given, once each of them is one.</summary>
    public static string[] Read(string text)
    {
        try
        {
            EtcdUrl.ParseList(text);
            return text.Split(',');
        }
        catch (FlagValueException problem)
        {
            throw new ExitException(ExitCodes.Error, problem.Message);
        }
    }
}
