namespace Cim.Bench.Common.Data;

/// <summary>Labelled images, of which some can be written as a file of their own.</summary>
internal interface ITrainingImages
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>Writes the chosen images with their labels into a folder.</summary>
    /// <param name="chosen">Their indices.</param>
    /// <param name="folder">Created if need be.</param>
    /// <returns>The path for <c>--calibration</c> or <c>--training</c>.</returns>
    string Write(IReadOnlyList<int> chosen, string folder);
}
