package dev.rein.toolkit.training;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a number of a [HyperParameters] record may be; of a [Schedule], what it begins with.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
    /// Inclusive.
    double min() default Double.NEGATIVE_INFINITY;

    /// Inclusive.
    double max() default Double.POSITIVE_INFINITY;

    /// Exclusive.
    double above() default Double.NEGATIVE_INFINITY;

    /// Exclusive.
    double below() default Double.POSITIVE_INFINITY;

    /// What helps who chose wrongly.
    String hint() default "";
}
