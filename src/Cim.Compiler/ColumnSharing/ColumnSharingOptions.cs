using System.Globalization;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;

namespace Cim.Compiler.ColumnSharing;

/// <summary>What shares columns.</summary>
internal enum ColumnSharingMethod
{
    /// <summary><see cref="Group"/> above 4 bits; <see cref="Spectral"/> up to 4 bits, where the hardware has differential cells.</summary>
    Auto,

    /// <summary>Whole strips, by k-means: a column of cell pairs serves several outputs.</summary>
    Group,

    /// <summary>Positive and negative parts of strips, by spectral clustering: an output is the difference of two shared columns of single
    /// cells.</summary>
    Spectral,
}

/// <summary>How columns are shared.</summary>
/// <param name="Share">Share of the cells that is saved, 0 = only what equal columns save; null = as much as the loss
/// allows.</param>
/// <param name="Method">What shares columns.</param>
internal sealed record ColumnSharingOptions(double? Share, ColumnSharingMethod Method)
{
    /// <summary>Reads <c>--merge</c> and <c>--merge-method</c>; null if no columns are to be shared.</summary>
    /// <exception cref="CimException">CIM0010: values that cannot be.</exception>
    public static ColumnSharingOptions? Parse(string? merge, string method)
    {
        if (merge is null) return null;
        double? share = null;
        if (merge != "auto")
        {
            if (!double.TryParse(merge, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || value is not (>= 0 and < 1))
                throw OptionError.Usage($"{OptionTable.MergeWeights.Is(merge)}; expected {OptionTable.MergeWeights.Allowed()}.");
            share = value;
        }

        return new ColumnSharingOptions(share, method switch
        {
            "auto" => ColumnSharingMethod.Auto,
            "group" => ColumnSharingMethod.Group,
            "spectral" => ColumnSharingMethod.Spectral,
            _ => throw OptionError.Usage($"{OptionTable.MergeMethod.Is(method)}; expected {OptionTable.MergeMethod.Allowed()}."),
        });
    }
}
