namespace Cim.Runtime.Costs;

/// <summary>The time of a layer in its parts: M products one after the other take Setup + M * Product + Drain.</summary>
/// <param name="SetupNs">Before the first product of an inference: programming a matrix that the network computes.</param>
/// <param name="ProductNs">From one product to the next.</param>
/// <param name="DrainNs">From the end of the last product until its result is there: conversions that overlap with the next read.</param>
internal readonly record struct ProductTiming(double SetupNs, double ProductNs, double DrainNs);
