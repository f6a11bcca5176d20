namespace Cim.Bench.Common.Data;

/// <summary>A network with the images it was trained on and those it is tested on.</summary>
internal sealed record ImageNetwork
{
    public required string Name { get; init; }

    /// <summary>The ONNX file.</summary>
    public required string Model { get; init; }

    /// <summary>A file of training images.</summary>
    public required string Calibration { get; init; }

    /// <summary>A file of test images, which choose nothing.</summary>
    public required string Test { get; init; }

    /// <summary>All training images there are.</summary>
    public required ITrainingImages Training { get; init; }

    /// <summary>How many of the training images, evenly spread, the float network has not seen; 0 if it has seen all or none.</summary>
    public int HoldOut { get; init; }

    public string? Scale { get; init; }

    public string? Mean { get; init; }

    public string? StandardDeviation { get; init; }

    /// <summary>The options of <c>cim</c> for the network's preprocessing.</summary>
    public string[] Preprocessing =>
    [
        .. Scale is null ? [] : new[] { "--scale", Scale },
        .. Mean is null ? [] : new[] { "--mean", Mean },
        .. StandardDeviation is null ? [] : new[] { "--std", StandardDeviation },
    ];
}
