namespace Cim.Compiler.Sensitivity;

/// <summary>Remembers which estimate a search follows, so that one that is resumed does not choose again.</summary>
internal interface IProxyStore
{
    /// <summary>The choice of a space of widths; null if it was not made yet.</summary>
    ProxySelection? Selection(string space);

    /// <summary>Remembers a choice.</summary>
    void Store(string space, ProxySelection selection);
}
