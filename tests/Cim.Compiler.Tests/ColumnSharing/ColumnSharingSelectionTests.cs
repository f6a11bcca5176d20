using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>Which strips of a network share columns.</summary>
public sealed class ColumnSharingSelectionTests
{
    private static readonly Graph _graph = RandomNetworks.Import(RandomNetworks.Chain(1));

    [Fact]
    public void To_save_nothing_shares_just_columns_that_are_equal() => Assert.All(
        Select(4, "0", "group", SharedColumnCases.Small).Layers, l => Assert.IsType<LayerLayout.EqualColumns>(l.Layout));

    [Fact]
    public void A_share_that_is_asked_for_gives_strips_shared_columns() =>
        Assert.Contains(Select(4, "0.5", "group", SharedColumnCases.Small).Layers, l => l.SharedColumns is not null);

    [Fact]
    public void Halves_of_pairs_are_shared_where_weights_are_held_in_pairs()
    {
        HardwareProfile offset = HardwareProfiles.BuiltIn("isaac") with { Encoding = WeightEncoding.Offset };
        CimException e = Assert.Throws<CimException>(() => Select(4, "0.5", "spectral", offset));
        Assert.Contains("group or auto", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_of_signs_are_not_shared()
    {
        CimException e = Assert.Throws<CimException>(() => Select(1, "0.5", "group", SharedColumnCases.Small));
        Assert.Contains("2 bits", e.Message, StringComparison.Ordinal);
    }

    private static QuantizationPolicy Select(int bits, string share, string method, HardwareProfile hardware) =>
        ColumnSharingSelection.Run(
            new SavingRequest(_graph, GraphInput.Of(_graph), hardware, null) { MaxLoss = 1, Seed = 1 },
            QuantizedNetworks.Uniform(_graph, bits), ColumnSharingOptions.Parse(share, method)!, null, default);
}
