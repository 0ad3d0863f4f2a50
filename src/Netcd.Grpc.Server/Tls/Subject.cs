using System.Security.Cryptography.X509Certificates;

namespace Netcd.Grpc.Server.Tls;

public static class Subject
{
    private const string CommonNameOid = "2.5.4.3";

    /// <summary>The subject's common name as Go finds it: the last one, empty without one.</summary>
    public static string CommonName(X509Certificate2 certificate)
    {
        var name = "";
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == CommonNameOid)
            {
                name = part.GetSingleElementValue() ?? "";
            }
        }

        return name;
    }
}
